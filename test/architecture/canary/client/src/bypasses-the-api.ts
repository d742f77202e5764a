export { kernel } from '#libs/kernel';
