export { app } from '../../apps/api/src/app.js';
