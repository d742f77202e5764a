/**
 * Runs after `npm ci` and `npm install`, and from start.mjs when something of it is missing.
 * It downloads nothing. A missing compiler is a warning; a patch that does not apply stops the installation.
 */
import { existsSync } from 'node:fs';
import { prepare } from './native.mjs';
import { node24, unsuitable } from './platform.mjs';

const reason = unsuitable();
if (reason) {
  console.error(`gatehouse: ${reason.what} ${reason.mend}`);
  process.exit(1);
}
if (!existsSync(node24)) {
  console.error(
    'gatehouse: the Node 24 package of this platform is missing: npm was told to leave out optional dependencies. Install without --omit=optional.',
  );
  process.exit(1);
}
try {
  for (const line of prepare()) console.warn(`gatehouse: ${line}`);
} catch (error) {
  console.error(`gatehouse: ${error.message}`);
  process.exit(1);
}
