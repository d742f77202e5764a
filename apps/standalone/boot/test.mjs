/** `npm test`: builds, then runs every test that this machine can run; the end of the output says what was skipped. */
import { ensureBuilt } from './build.mjs';
import { tool } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { boot } from './say.mjs';

boot(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const args = ['run', '--config', 'test/vitest.config.mjs', ...process.argv.slice(2)];
  const { code } = await tool('vitest/vitest.mjs', args);
  return code;
});
