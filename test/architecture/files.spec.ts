import { readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { root, sourceFiles } from './checkout.js';

const vitestConfig = z.object({
  default: z.object({
    test: z.object({ projects: z.array(z.object({ test: z.object({ include: z.array(z.string()) }) })) }),
  }),
});

/** A file is meant to stay under 300 lines; from here on it has more than one job. */
const MOST_LINES = 400;

/** Not read as code: what is generated, and migrations, which are lists written once. */
const unread = ['client/src/app/api/', 'libs/database/migrations/'];

const sources = sourceFiles('*.ts', '*.mjs', '*.cjs', '*.html').filter(
  (file) => !unread.some((folder) => file.startsWith(folder)),
);

describe('source files', () => {
  it('can be read in one go', () => {
    const long = sources
      .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > MOST_LINES);
    expect(long).toEqual([]);
  });

  it('that are tests are run by `npm test`', async () => {
    const { default: config } = vitestConfig.parse(await import(join(root, 'test/vitest.config.mjs')));
    const patterns = config.test.projects.flatMap(({ test }) => test.include);
    const compiled = sourceFiles('*.spec.ts')
      .filter((file) => !file.startsWith('client/'))
      .map((file) => `dist/${file.replace(/\.ts$/, '.js')}`);
    expect(compiled.filter((file) => !patterns.some((pattern) => matchesGlob(file, pattern)))).toEqual([]);
  });

  it('are named for what they are', () => {
    const vague = /(^|[/.-])(utils?|helpers?|common|shared|misc|manager|base)([/.-]|$)/;
    expect(sources.filter((file) => vague.test(file))).toEqual([]);
  });
});
