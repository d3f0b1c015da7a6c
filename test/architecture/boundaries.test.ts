import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** A file of the planted tree: what it imports, as written after `import * as name from`. */
interface Planted {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly typeImports?: readonly string[];
}

interface Plant extends Planted {
  readonly rule: string;
}

const ROOT = join(import.meta.dirname, '../..');
const options = await extractDepcruiseOptions(join(ROOT, '.dependency-cruiser.cjs'));
const RULES = (options.ruleSet?.forbidden ?? []).map((rule) => rule.name);

const violationsOf = async (baseDir: string): Promise<readonly Violation[]> => {
  const { output } = await cruise(['.'], { ...options, baseDir });
  if (typeof output === 'string') throw new TypeError(`The cruise answered with a text: ${output}`);
  return output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
};

/** A tree as it should be: it gives the plants something to import, and shows that the rules let the legal arrows pass. */
const LEGAL: readonly Planted[] = [
  { file: 'core/limits.ts' },
  { file: 'core/events/event.ts' },
  { file: 'core/identity/permission.ts' },
  { file: 'core/tasks/task.ts', imports: ['zod', '../limits.ts'] },
  { file: 'core/users/changes.ts' },
  { file: 'core/tasks/changes.ts', typeImports: ['./task.ts'] },
  { file: 'core/tasks/create.ts', typeImports: ['./changes.ts', '../users/changes.ts'] },
  { file: 'adapters/dynamodb/keys.ts', imports: ['node:crypto', '../../core/limits.ts'] },
  { file: 'adapters/dynamodb/table.ts' },
  {
    file: 'adapters/dynamodb/store.ts',
    imports: [
      '@aws-sdk/client-dynamodb',
      'node:crypto',
      './table.ts',
      '../../core/tasks/task.ts',
      '../runtime/environment.ts',
    ],
  },
  { file: 'adapters/http/contract.ts', imports: ['zod', '../../core/identity/permission.ts'] },
  { file: 'adapters/http/problems.ts' },
  { file: 'adapters/http/pipeline.ts', imports: ['@middy/core', './contract.ts', '../../core/limits.ts'] },
  { file: 'adapters/runtime/environment.ts', imports: ['zod'] },
  { file: 'adapters/runtime/composition.ts', imports: ['../dynamodb/store.ts', '../http/pipeline.ts'] },
  { file: 'adapters/runtime/logger.ts', typeImports: ['vitest'] },
  {
    file: 'functions/tasks/contract.ts',
    imports: ['zod', '../../adapters/http/contract.ts', '../../core/tasks/task.ts', '../users/contract.ts'],
  },
  {
    file: 'functions/tasks/create.ts',
    imports: ['./contract.ts', '../../adapters/http/pipeline.ts', '../../adapters/runtime/composition.ts'],
    typeImports: ['aws-lambda'],
  },
  { file: 'functions/users/contract.ts', imports: ['../../adapters/http/contract.ts'] },
  { file: 'functions/users/create.ts', imports: ['./contract.ts'] },
  { file: 'functions/resources.ts', imports: ['./tasks/contract.ts', './users/contract.ts'] },
  { file: 'functions/contracts.ts', imports: ['./resources.ts', '../adapters/http/contract.ts'] },
  {
    file: 'lib/stack.ts',
    imports: [
      'aws-cdk-lib',
      'aws-cdk-lib/aws-dynamodb',
      'cdk-nag',
      'constructs',
      'node:path',
      '../adapters/dynamodb/keys.ts',
      '../adapters/dynamodb/table.ts',
      '../adapters/http/problems.ts',
      '../adapters/runtime/environment.ts',
      '../core/events/event.ts',
      '../core/limits.ts',
      '../functions/contracts.ts',
    ],
  },
  { file: 'lib/bundle.ts', imports: ['esbuild', 'node:fs', '../board/build.ts'] },
  { file: 'board/build.ts', imports: ['esbuild', 'node:fs'] },
  { file: 'board/state/time.ts', typeImports: ['../../functions/tasks/contract.ts'] },
  { file: 'board/main.ts', imports: ['preact', './state/time.ts'], typeImports: ['../functions/resources.ts'] },
  { file: 'bin/app.ts', imports: ['aws-cdk-lib', 'node:process', '../lib/stack.ts'] },
  { file: 'local/gateway.ts', imports: ['esbuild', '../adapters/runtime/composition.ts', '../functions/contracts.ts'] },
  { file: 'bench/dispatch.ts', imports: ['autocannon', '../local/gateway.ts'] },
  { file: 'test/unit/tree.test.ts', imports: ['vitest', '../../lib/stack.ts', '../../local/gateway.ts'] },
];

const PLANTS: readonly Plant[] = [
  { rule: 'core-is-pure', file: 'core/calls-http.ts', imports: ['../adapters/http/problems.ts'] },
  { rule: 'core-is-pure', file: 'core/reads-files.ts', imports: ['node:fs'] },
  { rule: 'core-is-pure', file: 'core/knows-a-handler.ts', typeImports: ['../functions/users/create.ts'] },
  { rule: 'core-is-pure', file: 'core/takes-a-package.ts', imports: ['uuid'] },
  { rule: 'core-is-pure', file: 'core/knows-aws.ts', typeImports: ['@aws-sdk/client-dynamodb'] },
  { rule: 'no-union-of-changes', file: 'core/commit.ts', typeImports: ['./tasks/changes.ts', './users/changes.ts'] },
  { rule: 'no-union-of-changes', file: 'core/templates/changes.ts', typeImports: ['../tasks/changes.ts'] },
  {
    rule: 'adapters-point-inwards',
    file: 'adapters/dynamodb/calls-up.ts',
    imports: ['../../functions/users/create.ts'],
  },
  { rule: 'adapters-point-inwards', file: 'adapters/runtime/knows-cdk.ts', imports: ['../../lib/stack.ts'] },
  { rule: 'adapters-know-no-neighbour', file: 'adapters/http/reads-table.ts', imports: ['../dynamodb/store.ts'] },
  { rule: 'adapters-know-no-neighbour', file: 'adapters/http/spells-keys.ts', imports: ['../dynamodb/keys.ts'] },
  { rule: 'adapters-know-no-neighbour', file: 'adapters/dynamodb/answers.ts', typeImports: ['../http/pipeline.ts'] },
  { rule: 'adapters-know-no-neighbour', file: 'adapters/http/composes.ts', imports: ['../runtime/composition.ts'] },
  { rule: 'leaf-files-stay-leaves', file: 'adapters/dynamodb/table.ts', imports: ['@aws-sdk/client-dynamodb'] },
  { rule: 'leaf-files-stay-leaves', file: 'adapters/dynamodb/keys.ts', imports: ['@aws-sdk/client-dynamodb'] },
  { rule: 'leaf-files-stay-leaves', file: 'adapters/http/problems.ts', imports: ['./pipeline.ts'] },
  { rule: 'contracts-are-data', file: 'functions/assets/contract.ts', imports: ['../../adapters/http/pipeline.ts'] },
  { rule: 'contracts-are-data', file: 'functions/roles/contract.ts', imports: ['../users/create.ts'] },
  {
    rule: 'handlers-only-wire',
    file: 'functions/assets/reads-table.ts',
    imports: ['../../adapters/dynamodb/store.ts'],
  },
  { rule: 'handlers-only-wire', file: 'functions/assets/calls-neighbour.ts', imports: ['../users/create.ts'] },
  { rule: 'handlers-only-wire', file: 'functions/assets/knows-cdk.ts', imports: ['../../lib/stack.ts'] },
  { rule: 'handlers-only-wire', file: 'functions/authorizer.ts', imports: ['jose'] },
  { rule: 'sdk-behind-its-adapter', file: 'functions/assets/calls-aws.ts', imports: ['@aws-sdk/client-dynamodb'] },
  { rule: 'sdk-behind-its-adapter', file: 'adapters/http/calls-aws.ts', typeImports: ['@aws-sdk/lib-dynamodb'] },
  { rule: 'lib-reads-leaf-files-only', file: 'lib/runs-a-handler.ts', imports: ['../functions/users/create.ts'] },
  { rule: 'lib-reads-leaf-files-only', file: 'lib/reads-a-store.ts', imports: ['../adapters/dynamodb/store.ts'] },
  { rule: 'lib-reads-leaf-files-only', file: 'lib/plans-work.ts', imports: ['../core/tasks/task.ts'] },
  { rule: 'board-is-a-client', file: 'board/bundles-schemas.ts', imports: ['../functions/tasks/contract.ts'] },
  { rule: 'board-is-a-client', file: 'board/knows-a-rule.ts', imports: ['../core/tasks/task.ts'] },
  { rule: 'board-state-is-pure', file: 'board/state/draws.ts', imports: ['preact'] },
  { rule: 'bin-starts-lib', file: 'bin/reads-a-leaf.ts', imports: ['../adapters/dynamodb/table.ts'] },
  { rule: 'local-runs-what-lambda-runs', file: 'local/deploys.ts', imports: ['../lib/stack.ts'] },
  { rule: 'local-runs-what-lambda-runs', file: 'local/tests.ts', imports: ['../test/unit/tree.test.ts'] },
  { rule: 'development-stays-out', file: 'core/asks-a-test.ts', imports: ['../test/unit/tree.test.ts'] },
  { rule: 'development-stays-out', file: 'functions/users/runs-locally.ts', imports: ['../../local/gateway.ts'] },
  { rule: 'development-stays-out', file: 'lib/measures.ts', imports: ['../bench/dispatch.ts'] },
  { rule: 'not-to-dev-dependency', file: 'adapters/runtime/bundles.ts', imports: ['esbuild'] },
  { rule: 'not-to-dev-dependency', file: 'lib/bundles-too.ts', imports: ['esbuild'] },
  { rule: 'no-circular', file: 'core/limits.ts', typeImports: ['./tasks/task.ts'] },
  { rule: 'names-say-what-is-inside', file: 'core/time/utils.ts' },
  { rule: 'names-say-what-is-inside', file: 'core/shared/window.ts' },
  { rule: 'names-say-what-is-inside', file: 'test/unit/task-helpers.ts' },
];

const sourceOf = ({ imports = [], typeImports = [] }: Planted): string =>
  [
    ...imports.map((name, n) => `import * as value${n} from '${name}';`),
    ...typeImports.map((name, n) => `import type * as type${n} from '${name}';`),
    'export const here = true;',
  ].join('\n');

/** Writes the files into a folder of their own, so that other tests and tools never see them. */
const makeTree = async (files: readonly Planted[]): Promise<string> => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'boundaries-')));
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const file of ['package.json', 'tsconfig.json']) await cp(join(ROOT, file), join(root, file));
  for (const planted of files) {
    await mkdir(dirname(join(root, planted.file)), { recursive: true });
    await writeFile(join(root, planted.file), sourceOf(planted));
  }
  return root;
};

describe('the check of the layers', () => {
  let roots: readonly string[] = [];
  let legal: readonly Violation[] = [];
  let planted: readonly Violation[] = [];

  beforeAll(async () => {
    // A plant may take the place of a legal file, so the legal tree is cruised without them.
    roots = [await makeTree(LEGAL), await makeTree([...LEGAL, ...PLANTS])];
    const [legalRoot = '', plantedRoot = ''] = roots;
    legal = await violationsOf(legalRoot);
    planted = await violationsOf(plantedRoot);
  });

  afterAll(async () => {
    for (const root of roots) await rm(root, { recursive: true });
  });

  it('lets every legal arrow pass', () => {
    expect(legal).toEqual([]);
  });

  it('has a planted violation for every rule', () => {
    expect(new Set(PLANTS.map(({ rule }) => rule))).toEqual(new Set(RULES));
  });

  it.each(PLANTS)('$rule refuses $file', ({ rule, file }) => {
    const fired = planted.filter(({ from }) => from === file).map((violation) => violation.rule);
    expect(new Set(fired)).toEqual(new Set([rule]));
  });

  it('refuses nothing else', () => {
    const files = new Set(PLANTS.map(({ file }) => file));
    expect(planted.filter(({ from }) => !files.has(from))).toEqual([]);
  });
});
