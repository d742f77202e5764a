/** `node apps/standalone/boot/gatehouse.mjs audit …`: commands for administrators of the machine. */
import { ensureBuilt } from './build.mjs';
import { foreground } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { boot } from './say.mjs';

boot(async () => {
  await ensureInstalled();
  await ensureBuilt();
  return foreground('dist/apps/standalone/src/gatehouse.js', process.argv.slice(2));
});
