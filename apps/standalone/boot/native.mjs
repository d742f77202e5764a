/**
 * What the install scripts of dependencies would have done, done here instead: those scripts are switched
 * off in package.json, so that no dependency runs code on the machine that installs Gatehouse.
 * Each part has a check that is cheap enough for every start, and a step that mends.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { installedVersion, node24, nodePackage, postgresPackage, root } from './platform.mjs';

const modules = join(root, 'node_modules');
const ssh2 = join(modules, 'ssh2');
const addonFolder = join(ssh2, 'lib', 'protocol', 'crypto');
const addon = join(addonFolder, 'build', 'Release', 'sshcrypto.node');
const addonMark = join(addonFolder, 'build', '.gatehouse');
const patches = join(root, 'patches');
const patchMark = join(ssh2, '.gatehouse-patched');

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

/** PostgreSQL's libraries: npm packages can't hold symlinks, the package lists them in a file instead. */
function missingSymlinks() {
  const list = join(postgresPackage, 'native', 'pg-symlinks.json');
  return JSON.parse(read(list) ?? '[]')
    .map(({ source, target }) => ({
      to: basename(source),
      at: join(postgresPackage, target),
      sameFolder: dirname(source) === dirname(target),
    }))
    .filter(({ at, sameFolder }) => sameFolder && !lstatSync(at, { throwIfNoEntry: false }));
}

function linkPostgresLibraries() {
  for (const { to, at } of missingSymlinks()) symlinkSync(to, at);
}

/** Of our patches of dependencies. The mark that keeps it lies inside ssh2, so it goes when npm replaces ssh2. */
function patchesHash() {
  const hash = createHash('sha256');
  for (const file of readdirSync(patches).sort()) hash.update(file).update(readFileSync(join(patches, file)));
  return hash.digest('hex');
}

/**
 * Packages that hold an older state of our patches. A changed patch applies to the package as it was published only,
 * so they must be installed anew first.
 */
export function outdatedPatched() {
  const state = read(patchMark);
  if (state === undefined || state === patchesHash()) return [];
  // ssh2+1.17.0.patch, @scope+name+1.0.0.patch
  return readdirSync(patches).map((file) => join(modules, ...file.replace(/\+\d.*$/, '').split('+')));
}

function applyPatches() {
  const patcher = join(modules, 'patch-package', 'index.js');
  if (!existsSync(patcher)) {
    throw new Error(
      'patch-package is not installed: install with development dependencies, prune afterwards',
    );
  }
  const run = spawnSync(process.execPath, [patcher, '--error-on-fail'], { cwd: root, encoding: 'utf8' });
  if (run.status !== 0)
    throw new Error(`a patch of a dependency does not apply:\n${run.stdout}${run.stderr}`);
  writeFileSync(patchMark, patchesHash());
}

/** What the cipher addon must be built for. Without it ssh2 works, 2 to 5 times slower. */
const addonFor = () => `ssh2 ${installedVersion(ssh2)}, Node ${installedVersion(nodePackage)}`;

/** First line that a person can act on, from node-gyp's long output. */
function reasonOf(run) {
  const lines = `${run.stderr ?? ''}\n${run.stdout ?? ''}`.split('\n');
  const told = lines.find((line) => /error:|ERR! (find Python|stack Error)|not found/i.test(line));
  return (told ?? run.error?.message ?? `node-gyp ended with ${run.status}`).trim();
}

function buildAddon() {
  const gyp = join(modules, 'node-gyp', 'bin', 'node-gyp.js');
  const missing = ['make', 'g++', 'python3'].filter((tool) => spawnSync(tool, ['--version']).error);
  if (missing.length > 0) return `${missing.join(', ')} not installed`;
  if (!existsSync(gyp)) return 'node-gyp not installed';
  const run = spawnSync(node24, [gyp, 'rebuild', '--real_openssl_major=3'], {
    cwd: addonFolder,
    encoding: 'utf8',
    env: {
      ...process.env,
      // The addon must fit the Node that runs the product. A user's own npm setting may name other headers.
      npm_config_nodedir: nodePackage,
      npm_package_config_node_gyp_nodedir: nodePackage,
      PATH: [dirname(node24), process.env.PATH].join(delimiter),
    },
  });
  return run.status === 0 && addonLoads() ? undefined : reasonOf(run);
}

function addonLoads() {
  const script = 'process.exit(require("ssh2/lib/protocol/crypto.js").bindingAvailable ? 0 : 1)';
  return spawnSync(node24, ['-e', script], { cwd: root }).status === 0;
}

function ensureAddon() {
  const reason = buildAddon();
  mkdirSync(dirname(addonMark), { recursive: true });
  writeFileSync(addonMark, reason ? `failed ${addonFor()}` : addonFor());
  return reason;
}

/** Whether ssh2's native ciphers are built for the Node that runs the product. */
export function hasNativeCiphers() {
  return existsSync(addon) && read(addonMark) === addonFor();
}

/** Whether nothing is left to do: cheap, asked at every start. A build that failed is not tried at each start. */
export function isPrepared() {
  return (
    missingSymlinks().length === 0 &&
    read(patchMark) === patchesHash() &&
    (hasNativeCiphers() || read(addonMark) === `failed ${addonFor()}`)
  );
}

/**
 * Links, patches and builds what is not done yet.
 * @returns lines for the person who installs; empty when all went well
 * @throws Error when a patch can't be applied: the product is not run unpatched
 */
export function prepare() {
  linkPostgresLibraries();
  if (read(patchMark) !== patchesHash()) applyPatches();
  const reason = hasNativeCiphers() ? undefined : ensureAddon();
  if (!reason) return [];
  return [
    `ssh2's native ciphers could not be built (${reason}).`,
    'Gatehouse runs without them, but its SSH throughput is 2 to 5 times lower.',
    'To mend it: install a C++ compiler, make and python3 (Debian: apt install build-essential python3), then npm run postinstall.',
  ];
}
