/** `npm run check`: what can be said of the code without running the product. All steps run; the end sums up. */
import { compileServer } from './build.mjs';
import { command, tool } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { boot, step } from './say.mjs';

const vitest = (...projects) =>
  tool(
    'vitest/vitest.mjs',
    ['run', '--config', 'test/vitest.config.mjs', ...projects.flatMap((project) => ['--project', project])],
    { quiet: true },
  );

const checks = [
  [
    'format',
    () => tool('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.'], { quiet: true }),
  ],
  ['lint', () => tool('eslint/bin/eslint.js', ['--max-warnings', '0', '.'], { quiet: true })],
  ['types', compileServer],
  [
    'templates',
    () =>
      tool(
        '@angular/compiler-cli/bundles/src/bin/ngc.js',
        ['-p', 'client/tsconfig.json', '--noEmit', '--rootDir', '.'],
        { quiet: true },
      ),
  ],
  [
    'boundaries',
    () =>
      tool(
        'dependency-cruiser/bin/dependency-cruiser.mjs',
        ['--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'client/src', 'test'],
        { quiet: true },
      ),
  ],
  [
    'api client',
    () => command(process.execPath, ['apps/standalone/boot/openapi.mjs', '--check'], { quiet: true }),
  ],
  ['dead code', () => tool('knip/bin/knip.js', ['--no-progress'], { quiet: true })],
  ['unit tests', () => vitest('unit', 'architecture')],
];

boot(async () => {
  await ensureInstalled();
  const failures = [];
  for (const [name, run] of checks) {
    const progress = step(name, 'checking');
    const { code, output } = await run();
    if (code === 0) progress.done('clean');
    else {
      progress.failed('not clean');
      failures.push(name);
      process.stdout.write(`${output}\n\n`);
    }
  }
  const passed = checks.length - failures.length;
  process.stdout.write(
    `\n${passed} checks passed, ${failures.length} failed${failures.length > 0 ? `: ${failures.join(', ')}` : ''}\n`,
  );
  return failures.length > 0 ? 1 : 0;
});
