import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './checkout.js';

it('a grant can not be made outside of the authorizer: no look-alike, no constructor, no factory compiles', () => {
  const compiler = join(root, 'node_modules/@typescript/native/bin/tsc');
  const project = join(root, 'test/architecture/canary/types');
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', project, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  const errors = stdout.split('\n').filter((line) => line.includes('forged-grant.ts('));
  // the look-alike lacks the private field; its constructor is private; outside, the class is a type without a value
  expect(errors.map((line) => /error (TS\d+)/.exec(line)?.[1])).toEqual([
    'TS2741',
    'TS2673',
    'TS1362',
    'TS1362',
  ]);
  expect(stdout.split('\n').filter((line) => line.includes('error TS'))).toHaveLength(errors.length);
});
