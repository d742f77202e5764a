import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { tool } from './command.mjs';
import { root } from './platform.mjs';
import { BootFailure, step } from './say.mjs';

const dist = join(root, 'dist');
const serverSources = [
  'apps',
  'libs',
  'test',
  'ormconfig.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];
const clientSources = ['client', join('libs', 'contracts'), 'package-lock.json'];
const notSources = new Set(['node_modules', '.angular', 'dist']);

function* filesBelow(path) {
  const found = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of found) {
    if (notSources.has(entry.name)) continue;
    const file = join(path, entry.name);
    if (entry.isDirectory()) yield* filesBelow(file);
    else if (entry.isFile()) yield file;
  }
}

/** Hash of names and contents: a checkout of another commit changes it, a touch does not. */
function fingerprint(sources) {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    if (!existsSync(path)) continue;
    for (const file of statSync(path).isDirectory() ? filesBelow(path) : [path]) {
      hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

const mark = (part) => join(dist, `.built-${part}`);

/** What is about to be written to dist is not what the mark says: the next start builds it again. */
export const forget = (part) => rmSync(mark(part), { force: true });

function isBuilt(part, print, result) {
  return existsSync(result) && existsSync(mark(part)) && readFileSync(mark(part), 'utf8') === print;
}

/** Removes compiled files whose source is gone, so that no deleted test goes on running. */
function removeOrphans() {
  for (const part of ['apps', 'libs', 'test']) {
    const folder = join(dist, part);
    if (!existsSync(folder)) continue;
    for (const file of filesBelow(folder)) {
      const source = join(root, relative(dist, file)).replace(/\.js(\.map)?$/, '.ts');
      if (source.endsWith('.ts') && !existsSync(source)) rmSync(file);
    }
  }
}

async function build(part, sources, result, run) {
  const print = fingerprint(sources);
  if (isBuilt(part, print, result)) return;
  const progress = step(part, 'building');
  mkdirSync(dist, { recursive: true });
  forget(part);
  const { code, output } = await run();
  if (code !== 0) {
    progress.failed('does not build');
    throw new BootFailure(`The ${part} does not build:\n${output}`);
  }
  writeFileSync(mark(part), print);
  progress.done('built');
}

/** Compiles server and tests whatever was compiled before; gives `{code, output}`. Emits also with type errors. */
export function compileServer() {
  forget('server');
  removeOrphans();
  return tool('@typescript/native/bin/tsc', ['-p', '.'], { quiet: true });
}

/** Compiles server and tests, when a source changed since the last time. */
export async function buildServer() {
  await build('server', serverSources, join(dist, 'apps', 'standalone', 'src', 'main.js'), compileServer);
}

/** Builds the console's pages, when a source changed since the last time. */
export async function buildClient() {
  const compile = () =>
    tool('@angular/cli/bin/ng.js', ['build'], {
      quiet: true,
      cwd: join(root, 'client'),
    });
  await build('console', clientSources, join(dist, 'client', 'browser', 'index.html'), compile);
}

/** Builds all that changed. */
export async function ensureBuilt() {
  await buildServer();
  await buildClient();
}
