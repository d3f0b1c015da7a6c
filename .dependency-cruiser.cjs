/**
 * The arrows between the layers. Each layer has one rule that lists what it may import; whatever is not listed is
 * forbidden. `test/architecture/boundaries.test.ts` plants a violation of every rule, so a new rule needs a plant there.
 *
 * `$1` in `to` is the first group of `from`: "the same folder".
 */

/** @param {string} names */
const npm = (names) => `(^|/)node_modules/(${names})/`;

const ZOD = npm('zod');
/** Local times become instants by the rules of their zone: nobody writes that by hand. */
const TEMPORAL = npm('temporal-(polyfill|spec|utils)');
const AWS_SDK = npm('@aws-sdk|@smithy');
const CDK = npm('aws-cdk-lib|constructs|cdk-nag');
const ESBUILD = npm('esbuild');
const LAMBDA_TYPES = npm('@types/aws-lambda');

/** Folders that are never deployed: one rule of its own guards them, so the layers' rules leave them out. */
const DEVELOPMENT = '^((test|bench|local)/|vitest[.]config)';

/** What makes the board's files, while the stack is synthesized or a local server starts. */
const BOARD_BUILD = '^board/build[.]ts$';

const CONTRACTS = '^functions/([^/]+/contract|contracts|resources)[.]ts$';

/** Files of the adapters without an SDK, which any layer but the core may read. */
const ADAPTER_LEAVES = '^adapters/(dynamodb/table|runtime/(environment|metrics)|http/(contract|problems|cors))[.]ts$';

/** The stream's filter names keys. Unlike the other leaves it is free to infrastructure only, not to other adapters. */
const KEYS = '^adapters/dynamodb/keys[.]ts$';

/** What infrastructure may know of the code that it deploys: names, limits and shapes, nothing that runs. */
const LEAVES = [
  ADAPTER_LEAVES,
  KEYS,
  CONTRACTS,
  '^core/(limits|errors|identity/permission|trail/subjects)[.]ts$',
  '^core/events/',
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'core-is-pure',
      comment: 'The domain imports itself, zod and Temporal: no AWS, no HTTP, no Node built-in, no other package.',
      severity: 'error',
      from: { path: '^core/' },
      to: { pathNot: ['^core/', ZOD, TEMPORAL, DEVELOPMENT] },
    },
    {
      name: 'no-union-of-changes',
      comment:
        'A use case names the changes that it commits. What all subjects have is joined in the adapters, so that no subject depends on all of them.',
      severity: 'error',
      from: { path: '^core/([^/]+|[^/]+/changes)[.]ts$' },
      to: { path: '^core/[^/]+/changes[.]ts$' },
    },
    {
      name: 'adapters-point-inwards',
      comment: 'An adapter knows the core, and neither who calls it nor how it is deployed.',
      severity: 'error',
      from: { path: '^adapters/' },
      to: { path: '^(functions|lib|bin)/' },
    },
    {
      name: 'adapters-know-no-neighbour',
      comment: 'Only the composition root in adapters/runtime sees all adapters; leaf files are free.',
      severity: 'error',
      from: { path: '^adapters/([^/]+)/', pathNot: ['^adapters/runtime/', ADAPTER_LEAVES] },
      to: { path: '^adapters/', pathNot: ['^adapters/$1/', ADAPTER_LEAVES] },
    },
    {
      name: 'leaf-files-stay-leaves',
      comment: 'CDK reads these files, so they must not pull in an SDK or anything that runs.',
      severity: 'error',
      from: { path: [ADAPTER_LEAVES, KEYS] },
      // Of Node the digest of a long key.
      to: { pathNot: ['^core/', ZOD, ADAPTER_LEAVES, '^crypto$', '^(functions|lib|bin)/', DEVELOPMENT] },
    },
    {
      name: 'contracts-are-data',
      comment: 'Contracts are read by CDK, OpenAPI and the local gateway: schemas and rows, nothing that runs.',
      severity: 'error',
      from: { path: CONTRACTS },
      to: { pathNot: ['^core/', ZOD, '^adapters/http/contract[.]ts$', CONTRACTS, DEVELOPMENT, AWS_SDK] },
    },
    {
      name: 'handlers-only-wire',
      comment:
        'A handler sees the core, the pipeline, the composition root, its own resource and the API document, and no package but zod.',
      severity: 'error',
      from: { path: '^functions/([^/]+)', pathNot: CONTRACTS },
      to: {
        pathNot: [
          '^core/',
          '^adapters/(http|runtime)/',
          '^functions/$1/',
          '^docs/openapi[.]json$',
          ZOD,
          LAMBDA_TYPES,
          DEVELOPMENT,
          AWS_SDK,
        ],
      },
    },
    {
      name: 'sdk-behind-its-adapter',
      comment: 'The HTTP side and the handlers speak of ports; the SDK stays in the adapter that wraps it.',
      severity: 'error',
      from: { path: '^(adapters/http|functions)/' },
      to: { path: AWS_SDK },
    },
    {
      name: 'lib-reads-leaf-files-only',
      comment: 'Infrastructure reads names, limits and contracts; handlers enter CDK as paths.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { pathNot: ['^lib/', BOARD_BUILD, CDK, ESBUILD, ZOD, ...LEAVES, DEVELOPMENT], dependencyTypesNot: ['core'] },
    },
    {
      name: 'board-is-a-client',
      comment: 'The board asks the API and runs in a browser: of the service it knows types only.',
      severity: 'error',
      from: { path: '^board/', pathNot: BOARD_BUILD },
      to: {
        pathNot: ['^board/', npm('preact|@preact/signals(-core)?|oauth4webapi|temporal-polyfill'), DEVELOPMENT],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'board-state-is-pure',
      comment: 'What the board computes is tested without a browser: it imports itself, and types.',
      severity: 'error',
      from: { path: '^board/state/' },
      to: { path: ['^board/', npm('.*')], pathNot: '^board/state/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'bin-starts-lib',
      comment: 'The CDK app is a few lines: it reads its settings and builds the stack.',
      severity: 'error',
      from: { path: '^bin/' },
      to: { pathNot: ['^(bin|lib)/', CDK, DEVELOPMENT], dependencyTypesNot: ['core'] },
    },
    {
      name: 'local-runs-what-lambda-runs',
      comment: 'The local gateway uses handlers, adapters and the core; it is neither infrastructure nor a test.',
      severity: 'error',
      from: { path: '^local/' },
      to: { path: '^(lib|bin|test|bench)/' },
    },
    {
      name: 'development-stays-out',
      comment: 'What is deployed must not lean on tests, benchmarks or the local gateway.',
      severity: 'error',
      from: { pathNot: DEVELOPMENT },
      to: { path: DEVELOPMENT },
    },
    {
      name: 'not-to-dev-dependency',
      comment: 'A package that deployed code runs belongs in "dependencies". Types cost nothing at run time.',
      severity: 'error',
      // What bundles the functions runs while the stack is synthesized, as cdk-nag does; nothing of it is deployed.
      from: { path: '^(core|adapters|functions|board|lib|bin)/', pathNot: ['^lib/bundle[.]ts$', BOARD_BUILD] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: npm('cdk-nag') },
    },
    {
      name: 'no-circular',
      comment: 'Modules in a circle are one module in several files.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'names-say-what-is-inside',
      comment: 'A folder or file of this name collects whatever nobody placed. Name it after what it does.',
      severity: 'error',
      // A rule on names alone needs a count as well; one that reached a hundred dependents failed long before.
      module: {
        path: '(^|[/-])(utils?|helpers?|common|shared|misc)(/.*)?[.][cm]?[jt]s$',
        pathNot: '(^|/)node_modules/',
        numberOfDependentsLessThan: 100,
      },
      from: {},
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^(cdk[.]out|coverage|dist|[.]cache|[.]data)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
