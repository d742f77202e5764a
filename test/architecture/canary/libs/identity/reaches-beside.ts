export { inventory } from '#libs/inventory';
