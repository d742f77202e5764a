export { app } from '../../api/src/app.js';
