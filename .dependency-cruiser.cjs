/**
 * Who may import whom: ARCHITECTURE.md as rules. test/architecture/canary breaks each of them on purpose, and a test
 * makes sure that each is caught.
 */
const { join } = require('node:path');

/** Lowest first. A lib may import those on lower lines only; those on one line don't know each other. */
const layers = [
  ['contracts'],
  ['kernel'],
  ['database'],
  ['vault'],
  ['identity', 'inventory'],
  ['push'],
  ['authorization'],
  ['session-audit'],
];

const libraries = layers.flat();

const oneOf = (names) => `(${names.join('|')})`;

/** Libs that this one must not import: the others of its line and all above. */
const above = (library, height) =>
  layers
    .slice(height)
    .flat()
    .filter((other) => other !== library);

/** One rule for each lib that has something above or beside it. */
const upwards = layers.flatMap((line, height) =>
  line
    .filter((library) => above(library, height).length > 0)
    .map((library) => ({
      name: `${library}-imports-only-lower-libs`,
      severity: 'error',
      comment: 'A need "upwards" is an event, or a small interface that the lower lib owns.',
      from: { path: `^libs/${library}/` },
      to: { path: `^libs/${oneOf(above(library, height))}/` },
    })),
);

module.exports = {
  forbidden: [
    ...upwards,
    {
      name: 'libs-are-known',
      severity: 'error',
      comment: 'A new lib takes its place in the layers of this file first.',
      from: {},
      to: { path: '^libs/', pathNot: `^libs/${oneOf(libraries)}/` },
    },
    {
      name: 'contracts-import-nothing',
      severity: 'error',
      comment: 'The console and every process compile them in: types and tables only.',
      from: { path: '^libs/contracts/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/contracts/' },
    },
    {
      name: 'libs-are-entered-by-their-index',
      severity: 'error',
      comment: 'What a lib gives is listed in its index.ts.',
      from: { path: '^((?:libs|apps)/[^/]+|client|test)/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^libs/[^/]+/index\\.ts$', '^$1/'] },
    },
    {
      name: 'libs-import-no-apps',
      severity: 'error',
      comment: 'Domain below, transport above.',
      from: { path: '^libs/' },
      to: { path: '^(apps|client)/' },
    },
    {
      name: 'apps-import-no-apps',
      severity: 'error',
      comment: 'Processes meet in the database and over sockets, not in code.',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^(apps|client)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'product-imports-no-tests',
      severity: 'error',
      from: { path: '^(libs|apps|client)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^test/' },
    },
    {
      name: 'client-imports-only-contracts',
      severity: 'error',
      comment: 'The console talks to the API by the generated client.',
      from: { path: '^client/' },
      to: { path: '^(libs|apps|test)/', pathNot: '^libs/contracts/' },
    },
    {
      name: 'api-speaks-no-ssh',
      severity: 'error',
      comment: 'Only gateways reach assets. Keys are read by libs/kernel.',
      from: { path: '^apps/api/' },
      to: { path: 'node_modules/(@types/)?ssh2/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'product-needs-no-development-packages',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'imports-resolve',
      severity: 'error',
      comment: 'What does not resolve is not checked by the other rules.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|test/architecture/canary)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: join(__dirname, 'tsconfig.json') },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
};
