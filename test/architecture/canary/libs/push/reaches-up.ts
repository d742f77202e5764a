export { authorization } from '#libs/authorization';
