/**
 * `npm run dev`: Gatehouse on ./data, built and started anew when a source of the server changes; the console's pages
 * are rebuilt as they change (reload the browser).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { compileServer, ensureBuilt, forget } from './build.mjs';
import { environment } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { node24, root } from './platform.mjs';
import { boot, notice } from './say.mjs';

const QUIET_MS = 300;

const start = () =>
  spawn(node24, ['--enable-source-maps', 'dist/apps/standalone/src/main.js'], {
    cwd: root,
    env: environment(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'close');
}

/** Calls `changed` when sources have changed and then been quiet for a moment. */
function onChange(folders, changed) {
  let timer;
  const later = (_event, file) => {
    if (!/\.(ts|json)$/.test(file ?? '')) return;
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
  };
  return folders.map((folder) => watch(join(root, folder), { recursive: true }, later));
}

boot(async () => {
  await ensureInstalled();
  await ensureBuilt();
  let product = start();
  let turn = Promise.resolve();
  const restart = async () => {
    const { code, output } = await compileServer();
    if (code !== 0) return notice(`does not compile, the old one runs on:\n${output}`);
    await stop(product);
    product = start();
  };
  const watchers = onChange(['apps', 'libs'], () => {
    turn = turn.then(restart);
  });
  forget('console');
  const ng = join(root, 'node_modules/@angular/cli/bin/ng.js');
  const pages = spawn(node24, [ng, 'build', '--watch', '--configuration', 'development'], {
    cwd: join(root, 'client'),
    env: environment(),
    stdio: 'inherit',
  });
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  });
  watchers.forEach((watcher) => watcher.close());
  pages.kill();
  await turn;
  await stop(product);
});
