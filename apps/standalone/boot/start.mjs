/** `npm start` and `npm run demo`: from whatever state the checkout is in to a running Gatehouse. */
import { ensureBuilt } from './build.mjs';
import { foreground } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { boot, BootFailure } from './say.mjs';

const USAGE = `npm start      Gatehouse, with its data in ./data
npm run demo   the same with throw-away data and a sample host

There are no options. Settings are GATEHOUSE_* variables: docs/operations.md has the table.
`;

boot(async () => {
  const [wanted, ...more] = process.argv.slice(2);
  if (wanted === '--help' || wanted === '-h') {
    process.stdout.write(USAGE);
    return 0;
  }
  if ((wanted !== undefined && wanted !== 'demo') || more.length > 0)
    throw new BootFailure(
      `No such option: ${process.argv.slice(2).join(' ')}. Settings are GATEHOUSE_* variables: see docs/operations.md.`,
    );
  process.stdout.write('\nGatehouse\n');
  await ensureInstalled();
  await ensureBuilt();
  return foreground('dist/apps/standalone/src/main.js', process.argv.slice(2));
});
