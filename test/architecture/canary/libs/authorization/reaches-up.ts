export { audit } from '#libs/session-audit';
