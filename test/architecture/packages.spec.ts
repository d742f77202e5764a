import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readJson } from './checkout.js';

const versions = z.record(z.string(), z.string());
const manifest = z.object({
  scripts: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
  dependencies: versions,
  optionalDependencies: versions,
  devDependencies: versions,
});
const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      hasInstallScript: z.boolean().optional(),
      resolved: z.string().optional(),
      optionalDependencies: versions.optional(),
    }),
  ),
});

const packageJson = manifest.parse(readJson('package.json'));
const { packages } = lockfile.parse(readJson('package-lock.json'));

/** Whether a package that is asked for at `path` is found there or in a folder above, as Node looks it up. */
function isLocked(path: string, name: string): boolean {
  const at = (folder: string): string => (folder === '' ? '' : `${folder}/`) + `node_modules/${name}`;
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (at(folder) in packages) return true;
    if (folder === '') return false;
  }
}

describe('packages', () => {
  it('are pinned to one version', () => {
    const { dependencies, optionalDependencies, devDependencies } = packageJson;
    const loose = Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies }).filter(
      ([, version]) => !/^(npm:[\w@/.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it('run no script of theirs when they are installed', () => {
    const withScript = Object.entries(packages)
      .filter(([path, { hasInstallScript }]) => path !== '' && hasInstallScript === true)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(Object.keys(packageJson.allowScripts).sort()).toEqual([...new Set(withScript)].sort());
    expect(Object.values(packageJson.allowScripts)).not.toContain(true);
  });

  it('are locked for every platform, else npm ci refuses the lockfile', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(path, name)),
    );
    expect(missing).toEqual([]);
  });

  it('come from whatever registry npm is set to', () => {
    expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it('are driven by the documented commands and no others', () => {
    expect(Object.keys(packageJson.scripts).sort()).toEqual(
      [
        'bench',
        'check',
        'demo',
        'dev',
        'migration:generate',
        'openapi',
        'postinstall',
        'start',
        'test',
      ].sort(),
    );
  });
});
