/** Runs a script on the Node 24 of the platform package: `node run.mjs [build] <script> [arguments]`. */
import { ensureBuilt } from './build.mjs';
import { environment, command } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { node24 } from './platform.mjs';
import { boot, BootFailure } from './say.mjs';

boot(async () => {
  const args = process.argv.slice(2);
  const buildFirst = args[0] === 'build';
  const [script, ...rest] = buildFirst ? args.slice(1) : args;
  if (script === undefined)
    throw new BootFailure('Usage: node apps/standalone/boot/run.mjs [build] <script> [arguments]');
  await ensureInstalled();
  if (buildFirst) await ensureBuilt();
  const { code } = await command(node24, ['--enable-source-maps', script, ...rest], { env: environment() });
  return code;
});
