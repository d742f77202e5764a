export { database } from '#libs/database';
