export { vault } from '#libs/vault';
