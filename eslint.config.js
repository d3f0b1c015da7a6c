import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** @typedef {{ selector: string, message: string }} Restriction */

/** @type {Restriction[]} */
const everywhere = [
  {
    selector:
      "ImportDeclaration[source.value='zod'] > :matches(ImportSpecifier[imported.name='z'], ImportDefaultSpecifier)",
    message: "It bundles zod's locale tables (370 KB in every Lambda). Use `import * as z from 'zod'`.",
  },
  {
    selector: 'ExportAllDeclaration[exported=null]',
    message: 'No barrels: import from the file that defines the name. A list of modules names each: `export * as …`.',
  },
];

/** @type {Restriction[]} */
const inIndexFiles = [{ selector: 'Program', message: 'No index files: name the file after what is in it.' }];

/** @type {Restriction[]} */
const inTests = [
  {
    selector:
      'MemberExpression[property.name=/^(only|skip|todo)$/]:matches([object.name=/^(it|test|describe|suite)$/], [object.object.name=/^(it|test|describe|suite)$/])',
    message: 'Every test runs, or is not there.',
  },
];

const injectClock = 'Time is an argument here: inject a `clock`.';
const injectNewId = 'Chance is an argument here: inject a `newId` or a source of randomness.';

/** @type {Restriction[]} */
const inPureCode = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: injectClock },
  { selector: "CallExpression[callee.name='Date']", message: injectClock },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: injectClock },
  { selector: "MemberExpression[object.name='performance'][property.name='now']", message: injectClock },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: injectNewId },
  { selector: 'MemberExpression[property.name=/^(randomUUID|getRandomValues|randomBytes)$/]', message: injectNewId },
  { selector: 'ImportSpecifier[imported.name=/^(randomUUID|getRandomValues|randomBytes)$/]', message: injectNewId },
];

export default defineConfig(
  globalIgnores(['cdk.out/', 'coverage/', 'dist/', '.cache/', '.data/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...everywhere],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],

      // `() => log(x)` is a sentence; braces around it say nothing more.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A number in a text is what it looks like.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `{ secret, ...rest }` leaves a field out; TypeScript's own check reads a leading underscore the same way.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      // `() => {}` is how one says "nothing happens".
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
      // A port promises; an implementation without anything to await still turns its throws into rejections.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['core/**', 'functions/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Settings are arguments here: read them in adapters/runtime.' },
      ],
      'no-restricted-syntax': ['error', ...everywhere, ...inPureCode],
    },
  },
  {
    files: ['board/state/**'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, ...inPureCode] },
  },
  {
    files: ['test/**', 'bench/**'],
    rules: {
      'no-restricted-syntax': ['error', ...everywhere, ...inTests],
      // Spies are handed over by name.
      '@typescript-eslint/unbound-method': 'off',
      // Vitest types its asymmetric matchers (`expect.any(String)`) as `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['local/**', 'bench/**', 'bin/**', 'adapters/runtime/logger*'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/index.{ts,js,mjs,cjs}'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, ...inIndexFiles] },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', require: 'readonly' } },
  },
);
