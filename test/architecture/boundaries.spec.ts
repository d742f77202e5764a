import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { root } from './checkout.js';

const config = z.object({ forbidden: z.array(z.object({ name: z.string() })) });
const report = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

/** Runs dependency-cruiser with the checkout's rules over a tree that is laid out like it. */
function cruise(tree: string): z.infer<typeof report>['summary'] {
  const run = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      ...['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'],
      ...['apps', 'libs', 'client/src', 'test'],
    ],
    { cwd: tree, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (run.stderr !== '') throw new Error(run.stderr);
  return report.parse(JSON.parse(run.stdout)).summary;
}

describe('import rules', () => {
  it('are kept by the product and its tests', () => {
    const { violations, totalCruised } = cruise(root);
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
    expect(totalCruised).toBeGreaterThan(50);
  });

  it('each catch the canary that breaks it', () => {
    const rules = config.parse(createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')));
    const caught = cruise(join(root, 'test/architecture/canary')).violations.map(({ rule }) => rule.name);
    expect([...new Set(caught)].sort()).toEqual(rules.forbidden.map(({ name }) => name).sort());
  });
});
