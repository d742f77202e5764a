export { stray } from '../stray/index.js';
