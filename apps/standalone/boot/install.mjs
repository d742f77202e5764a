import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.mjs';
import { isPrepared, outdatedPatched, prepare } from './native.mjs';
import { node24, root, unsuitable } from './platform.mjs';
import { BootFailure, notice, step } from './say.mjs';

const modules = join(root, 'node_modules');

const lockOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/**
 * Whether node_modules holds what the lockfile says, by npm's own record of what it installed. Packages for other
 * platforms are optional and may be absent.
 */
function isInstalled() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record) || !existsSync(node24)) return false;
  const have = lockOf(record);
  return Object.entries(lockOf(join(root, 'package-lock.json'))).every(([path, wanted]) => {
    if (path === '') return true;
    const found = have[path];
    return found ? found.version === wanted.version : (wanted.optional ?? wanted.peer ?? false);
  });
}

async function install() {
  const fresh = !existsSync(join(modules, '.package-lock.json'));
  const progress = step('dependencies', fresh ? 'installing (a minute or two the first time)' : 'updating');
  // not `ci`: it throws away what is there, and refuses a lockfile from which a registry's lag has kept optional
  // packages of other platforms; `install` takes the same versions from it
  const { code, output } = await command(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--include=dev',
      '--include=optional',
    ],
    { quiet: true, env: process.env },
  ).catch((error) => ({ code: 1, output: error.message }));
  if (code !== 0) {
    progress.failed('npm could not install');
    const reason = output.split('\n').filter((line) => /npm (error|ERR!)/.test(line));
    throw new BootFailure(
      `npm install failed:\n${(reason.length > 0 ? reason : [output]).slice(0, 12).join('\n')}\nCheck the network and npm's settings (npm config ls), then run the command again.`,
    );
  }
  progress.done('installed');
}

/** Installs the dependencies when they are missing or the lockfile changed, and does what follows an install. */
export async function ensureInstalled() {
  const reason = unsuitable();
  if (reason) throw new BootFailure(`${reason.what} ${reason.mend}`);
  const outdated = outdatedPatched();
  for (const folder of outdated) rmSync(folder, { recursive: true, force: true });
  if (outdated.length > 0 || !isInstalled()) await install();
  if (isPrepared()) return;
  const progress = step('native parts', "linking PostgreSQL, building ssh2's ciphers");
  try {
    const warnings = prepare();
    progress.done('ready');
    warnings.forEach(notice);
  } catch (error) {
    progress.failed('not ready');
    throw new BootFailure(error.message);
  }
}
