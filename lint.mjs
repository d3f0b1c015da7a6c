/**
 * What this house forbids beyond the rules of the linter: one selector (https://eslint.org/docs/latest/extend/selectors)
 * and one sentence each. Where each holds is said in `.oxlintrc.json`.
 */
const forbid = (selector, message) => ({
  create: (context) => ({ [selector]: (node) => context.report({ node, message }) }),
});

const anyOf = (...selectors) => `:matches(${selectors.join(', ')})`;

const SUITES = '/^(it|test|describe|suite)$/';
const RANDOM = '/^(randomUUID|getRandomValues|randomBytes)$/';

export default {
  meta: { name: 'house' },
  rules: {
    'no-zod-locales': forbid(
      `ImportDeclaration[source.value='zod'] > ${anyOf("ImportSpecifier[imported.name='z']", 'ImportDefaultSpecifier')}`,
      "It bundles zod's locale tables (370 KB in every Lambda). Use `import * as z from 'zod'`.",
    ),
    'no-barrels': forbid(
      'ExportAllDeclaration[exported=null]',
      'No barrels: import from the file that defines the name. A list of modules names each: `export * as …`.',
    ),
    'no-index-files': forbid('Program', 'No index files: name the file after what is in it.'),
    'no-tests-left-out': forbid(
      `MemberExpression[property.name=/^(only|skip|todo)$/]${anyOf(`[object.name=${SUITES}]`, `[object.object.name=${SUITES}]`)}`,
      'Every test runs, or is not there.',
    ),
    'no-clock': forbid(
      anyOf(
        "NewExpression[callee.name='Date'][arguments.length=0]",
        "CallExpression[callee.name='Date']",
        "MemberExpression[object.name=/^(Date|performance)$/][property.name='now']",
      ),
      'Time is an argument here: inject a `clock`.',
    ),
    'no-chance': forbid(
      anyOf(
        "MemberExpression[object.name='Math'][property.name='random']",
        `MemberExpression[property.name=${RANDOM}]`,
        `ImportSpecifier[imported.name=${RANDOM}]`,
      ),
      'Chance is an argument here: inject a `newId` or a source of randomness.',
    ),
  },
};
