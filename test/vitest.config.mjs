import { defineConfig } from 'vitest/config';
import MixingSequencer from '../dist/test/mixing-sequencer.js';

/**
 * Tests run as the product does: compiled, on Node 24. Groups take turns; of a group two files run side by side, or each
 * for itself (`alone`) where they draw from the same few ports. With `database`, specs' databases are copied from one.
 * Files that run the api within (`within`) share a process, which then loads it once: half of what a small one takes.
 * `patience` is how many seconds `expect.poll` waits where a test gives no bound of its own.
 */
const project = (
  name,
  include,
  { group, seconds = 10, alone, within, database, setup, patience = 1, exclude = [] },
) => ({
  test: {
    name,
    include,
    exclude,
    testTimeout: seconds * 1000,
    hookTimeout: Math.max(60, seconds) * 1000,
    fileParallelism: !alone,
    isolate: !within,
    expect: { poll: { timeout: patience * 1000, interval: 50 } },
    sequence: { groupOrder: group },
    ...(setup && { setupFiles: setup }),
    ...(database && { globalSetup: './dist/test/database/cluster-template.js' }),
  },
});

/** What must come within a second while hundreds do harm is measured with no browser of another file beside it. */
const LOAD = ['dist/test/gateway/hostile-load.spec.js'];

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: MixingSequencer },
    reporters: ['default', './dist/test/hosts/skip-reporter.js', './dist/test/count-reporter.js'],
    projects: [
      project('architecture', ['dist/test/architecture/**/*.spec.js'], { group: 1, seconds: 60 }),
      project('unit', ['dist/libs/**/*.spec.js', 'dist/apps/**/*.spec.js'], { group: 1, seconds: 20 }),
      project('api', ['dist/test/{database,api}/**/*.spec.js'], {
        group: 2,
        seconds: 30,
        within: true,
        database: true,
      }),
      project('standalone', ['dist/test/standalone/**/*.spec.js'], { group: 3, seconds: 90, alone: true }),
      project('gateway', ['dist/test/{hosts,gateway}/**/*.spec.js'], {
        group: 4,
        seconds: 60,
        patience: 10,
        database: true,
        exclude: LOAD,
      }),
      project('load', LOAD, { group: 5, seconds: 60, patience: 10, alone: true, database: true }),
      project('console', ['dist/test/console/**/*.spec.js'], {
        group: 4,
        seconds: 90,
        patience: 40,
        database: true,
        setup: './dist/test/console/failure-pictures.js',
      }),
    ],
  },
});
