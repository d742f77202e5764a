export { identity } from '#libs/identity';
