export { inside } from '../../../libs/vault/inside.js';
