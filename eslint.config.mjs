import eslint from '@eslint/js';
import angular from 'angular-eslint';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Names that say nothing about the job (see the style page): a class is named for what it does. */
const vagueClass = {
  selector: 'class',
  format: ['PascalCase'],
  custom: { regex: '^(Base|Abstract)[A-Z]|(Service|Manager|Helper|Utils?|Handler)$', match: false },
};

const typescript = {
  extends: [
    eslint.configs.recommended,
    tseslint.configs.strictTypeChecked,
    tseslint.configs.stylisticTypeChecked,
  ],
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: {
    'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
    'max-params': 'off',
    '@typescript-eslint/max-params': ['error', { max: 6 }],
    '@typescript-eslint/naming-convention': [
      'error',
      vagueClass,
      { selector: 'interface', format: ['PascalCase'], custom: { regex: '^I[A-Z]', match: false } },
    ],
    '@typescript-eslint/no-unsafe-type-assertion': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    // `() => done()` is a way to write a callback; elsewhere a void value is a mistake.
    '@typescript-eslint/no-confusing-void-expression': [
      'error',
      { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
    ],
    // `env['NAME']` shows that the name comes from outside.
    '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
    // An empty string counts as absent as often as not.
    '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
    // A signature counts only when its check gives true itself: what a library gives for an error is truthy too.
    '@typescript-eslint/no-unnecessary-boolean-literal-compare': 'off',
    // The metadata of a decorated property comes from its written type.
    '@typescript-eslint/no-inferrable-types': ['error', { ignoreProperties: true }],
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    // A function that gives a promise by contract is async, whether it waits or not.
    '@typescript-eslint/require-await': 'off',
    // `[...text]` for characters and `{ ...dto }` for its fields are what is meant.
    '@typescript-eslint/no-misused-spread': 'off',
    // Nest's modules and Angular's components are classes that hold decorators only.
    '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
    // Numbers read well in messages.
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  },
};

export default defineConfig(
  globalIgnores(['dist/', 'data/', 'client/.angular/', 'client/src/app/api/', 'test/architecture/canary/']),
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  { files: ['apps/**/*.ts', 'libs/**/*.ts', 'test/**/*.ts', 'ormconfig.ts'], ...typescript },
  {
    // A suite is one function that holds its cases; a migration is a list; a module's wiring is one expression.
    files: ['test/**/*.ts', '**/*.spec.ts', 'libs/database/migrations/*.ts', '**/*.module.ts'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/max-params': 'off' },
  },
  {
    // A test may say what it knows of an answer; one that is wrong fails it.
    files: ['test/**/*.ts', '**/*.spec.ts'],
    rules: { '@typescript-eslint/no-unsafe-type-assertion': 'off' },
  },
  {
    // The place where a checked string becomes a branded id.
    files: ['libs/kernel/ids.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    // Nothing but the upstream opens a session on an asset, and it takes a grant.
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: [
      'apps/gateway/src/session/upstream.ts',
      // What an admin has done on assets by their admin accounts, and which host key one shows.
      'apps/gateway/src/jobs/admin-connection.ts',
      'apps/gateway/src/jobs/host-key-probe.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ":matches(ImportDeclaration[source.value='ssh2'] ImportSpecifier[imported.name='Client'], MemberExpression[object.name='ssh2'][property.name='Client'])",
          message: 'Only session/upstream.ts dials, and it takes a grant.',
        },
      ],
    },
  },
  {
    files: ['apps/{api,gateway,standalone}/**/*.ts'],
    rules: {
      // Answers (for the OpenAPI document) and Nest's options are classes that describe plain objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: ['apps/api/**/*.ts'],
    rules: {
      // The api seals secrets and can't open them.
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '#libs/vault',
              importNames: ['CredentialVault'],
              message: 'Only the gateway opens secrets.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['client/src/**/*.ts'],
    extends: [...typescript.extends, angular.configs.tsRecommended],
    languageOptions: typescript.languageOptions,
    processor: angular.processInlineTemplates,
    rules: {
      ...typescript.rules,
      '@angular-eslint/component-selector': ['error', { type: 'element', prefix: 'gh', style: 'kebab-case' }],
      '@angular-eslint/prefer-on-push-component-change-detection': 'error',
      // Angular files and classes carry no suffix.
      '@angular-eslint/component-class-suffix': 'off',
      '@angular-eslint/directive-class-suffix': 'off',
    },
  },
  {
    files: ['client/src/**/*.html'],
    extends: [angular.configs.templateRecommended, angular.configs.templateAccessibility],
    // A page that has one field to begin with begins there.
    rules: { '@angular-eslint/template/no-autofocus': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    extends: [eslint.configs.recommended],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'].map(
          (name) => [name, 'readonly'],
        ),
      ),
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' } },
  },
);
