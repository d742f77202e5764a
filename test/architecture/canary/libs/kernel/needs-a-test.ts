export { test } from '../../test/fixture.js';
