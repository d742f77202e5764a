import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { node24, root } from './platform.mjs';

/** Environment in which `node` is the Node 24 of the platform package. */
export function environment(extra = {}) {
  return { ...process.env, PATH: [dirname(node24), process.env.PATH].join(delimiter), ...extra };
}

/**
 * Runs a program in the checkout.
 * @param options `quiet`: its output is kept for the case that it fails; else it goes to the terminal.
 * @returns `{code, output}`; a signal counts as code 1
 */
export function command(program, args, { quiet = false, env = environment(), cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output: output.trim() }));
  });
}

/** Runs a tool of node_modules on Node 24: `tool('eslint/bin/eslint.js', ['.'])`. */
export const tool = (script, args, options) =>
  command(node24, [join(root, 'node_modules', script), ...args], options);

/**
 * Runs a compiled app on Node 24 until it ends, and gives its exit code. Signals go on to it; a Ctrl-C reaches it by
 * itself. It has an IPC channel, whose end tells it that this process was killed.
 */
export function foreground(script, args, env = environment()) {
  return new Promise((resolve, reject) => {
    const child = spawn(node24, ['--enable-source-maps', join(root, script), ...args], {
      cwd: root,
      env,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    process.on('SIGINT', () => undefined); // the terminal sends it to the whole group: the child stops, then we do
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
