import { defineConfig } from 'vitest/config';

/**
 * Tests run as the product does: compiled, on Node 24. Suites that start hosts, browsers and gateways take turns
 * (`group`), each file for itself; small ones run side by side.
 */
const project = (name, include, { group, seconds = 10, alone = false }) => ({
  test: {
    name,
    include,
    exclude: [],
    testTimeout: seconds * 1000,
    hookTimeout: Math.max(60, seconds) * 1000,
    fileParallelism: !alone,
    sequence: { groupOrder: group },
  },
});

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', './dist/test/hosts/skip-reporter.js', './dist/test/count-reporter.js'],
    projects: [
      project('architecture', ['dist/test/architecture/**/*.spec.js'], { group: 1, seconds: 60 }),
      project('unit', ['dist/libs/**/*.spec.js', 'dist/apps/**/*.spec.js'], { group: 1, seconds: 20 }),
      project('api', ['dist/test/{database,api}/**/*.spec.js'], { group: 2, seconds: 30 }),
      project('standalone', ['dist/test/standalone/**/*.spec.js'], { group: 3, seconds: 90, alone: true }),
      project('gateway', ['dist/test/{hosts,gateway}/**/*.spec.js'], { group: 4, seconds: 60, alone: true }),
      project('console', ['dist/test/console/**/*.spec.js'], { group: 5, seconds: 90, alone: true }),
    ],
  },
});
