import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import * as z from 'zod';
import { ENV } from '../adapters/runtime/environment.ts';
import { CONTRACTS } from '../functions/contracts.ts';
import { bundleFunctions, bundlingOf, HANDLER, runBundling, type Bundling } from '../lib/bundle.ts';
import { rounded, type Findings, type Target } from './report.ts';
import { interleaved, median } from './statistics.ts';

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, '..');
const LIMIT_BYTES = 300_000;
const ROUNDS = 21;
const QUICK_ROUNDS = 5;
/** The functions without a route. */
const OTHERS = ['identity/authorizer', 'events/publish'];
/** What most requests are answered by, beside the largest. */
const LOADED = ['tasks/get', 'tasks/dispatch', 'tasks/auto-dispatch', 'identity/authorizer'];
const PACKAGES_SHOWN = 14;

/** The function that is bundled in other ways too, each without one of the measures that made it small. */
const VARIED = 'tasks/dispatch';
const CREDENTIALS = '@aws-sdk/credential-provider-node';
const VARIANTS: readonly { readonly name: string; readonly change: (bundling: Bundling) => Bundling }[] = [
  { name: 'as deployed', change: (bundling) => bundling },
  {
    name: 'with every credential provider',
    change: ({ options, ...rest }) => {
      const { [CREDENTIALS]: _, ...alias } = options.alias ?? {};
      return { ...rest, options: { ...options, alias } };
    },
  },
  {
    name: 'with the rules of all endpoints',
    change: ({ endpoints, ...rest }) => ({ ...rest, endpoints: { ...endpoints, hosts: {} } }),
  },
  {
    name: 'with the files that are replaced (JSON Schema of zod, configuration files, partitions, …)',
    change: (bundling) => ({ ...bundling, replaced: {} }),
  },
  {
    name: 'with all of that',
    change: ({ options, endpoints, ...rest }) => ({
      ...rest,
      options: { ...options, alias: {} },
      replaced: {},
      endpoints: { ...endpoints, hosts: {} },
    }),
  },
  {
    name: 'with all of that, from CommonJS sources',
    change: ({ options, endpoints, ...rest }) => ({
      ...rest,
      options: {
        ...options,
        alias: {},
        format: 'cjs',
        outExtension: { '.js': '.cjs' },
        mainFields: ['main', 'module'],
        conditions: ['require'],
        // Only where a command line starts a server does a source ask where it is.
        logOverride: { ...options.logOverride, 'empty-import-meta': 'silent' },
      },
      replaced: {},
      endpoints: { ...endpoints, hosts: {} },
    }),
  },
];

interface Bundled {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
}

const bundleVariants = (folder: string): Promise<readonly Bundled[]> =>
  Promise.all(
    VARIANTS.map(async ({ name, change }, at) => {
      const bundling = change(bundlingOf([VARIED], join(folder, `variant-${at}`)));
      runBundling(bundling);
      const extension = bundling.options.outExtension?.['.js'] ?? '.js';
      const file = join(bundling.options.outdir, VARIED, `index${extension}`);
      return { name, file, bytes: (await stat(file)).size };
    }),
  );

/** What a function of CDK's default would carry at least: a document client and three commands, from CJS sources. */
const BASELINE = `
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, GetCommand, QueryCommand, TransactWriteCommand } = require('@aws-sdk/lib-dynamodb');
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
exports.handler = async (event) => [
  await client.send(new GetCommand(event)),
  await client.send(new QueryCommand(event)),
  await client.send(new TransactWriteCommand(event)),
];`;

const buildBaseline = async (outfile: string): Promise<void> => {
  await build({
    stdin: { contents: BASELINE, resolveDir: ROOT },
    outfile,
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    mainFields: ['main', 'module'],
    conditions: ['require'],
    legalComments: 'none',
  });
};

const metafile = z.object({
  outputs: z.record(
    z.string(),
    z.object({ inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })).default({}) }),
  ),
});

/** The package of an input, or the folder of the project. */
const originOf = (input: string): string => {
  const [, inside] = input.split(/.*node_modules\//);
  if (inside === undefined) return `${input.split('/')[0] ?? input}/`;
  const [first = '', second = ''] = inside.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
};

/** Bytes by package in the bundle of a handler, most first. */
const contentsOf = async (folder: string, handler: string): Promise<readonly (readonly [string, number])[]> => {
  const { outputs } = metafile.parse(JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8')));
  const output = Object.entries(outputs).find(([path]) => path.endsWith(`${handler}/${HANDLER.file}`))?.[1];
  const bytes = new Map<string, number>();
  for (const [input, { bytesInOutput }] of Object.entries(output?.inputs ?? {}))
    bytes.set(originOf(input), (bytes.get(originOf(input)) ?? 0) + bytesInOutput);
  return [...bytes].sort(([, a], [, b]) => b - a);
};

const ENVIRONMENT = {
  [ENV.tableName]: 'table',
  [ENV.eventBusName]: 'bus',
  [ENV.oidcIssuer]: 'https://issuer.example',
  [ENV.oidcAudience]: 'audience',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** Milliseconds that a fresh process takes to load a module, its own start not counted. */
const loadTime = async (file: string): Promise<number> => {
  const script = `const t = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(performance.now() - t);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    env: { PATH: process.env['PATH'], ...ENVIRONMENT },
  });
  return Number(stdout);
};

/** What Lambda loads at a cold start: how large it is, what it is made of, and how long it takes. */
export const measureBundles = async (_service: unknown, isQuick: boolean): Promise<Findings> => {
  const folder = await mkdtemp(join(tmpdir(), 'task-center-bench-'));
  try {
    const handlers = [...new Set(CONTRACTS.map(({ handler }) => handler)), ...OTHERS];
    bundleFunctions(handlers, folder);
    const fileOf = (handler: string): string => join(folder, handler, HANDLER.file);
    const sizes = await Promise.all(
      handlers.map(async (handler) => ({ handler, bytes: (await stat(fileOf(handler))).size })),
    );
    sizes.sort((a, b) => b.bytes - a.bytes);
    const [largest] = sizes;
    if (largest === undefined) throw new Error('There are no functions.');
    const baseline = join(folder, 'baseline.cjs');
    await buildBaseline(baseline);
    const baselineBytes = (await stat(baseline)).size;

    const loaded = [...new Set([largest.handler, ...LOADED])];
    const rounds = isQuick ? QUICK_ROUNDS : ROUNDS;
    const variants = await bundleVariants(folder);
    const times = await interleaved(
      Object.fromEntries([
        ['baseline', () => loadTime(baseline)],
        ...variants.map(({ name, file }) => [name, () => loadTime(file)] as const),
        ...loaded.map((handler) => [handler, () => loadTime(fileOf(handler))] as const),
      ]),
      rounds,
      1,
    );
    const baselineMs = median(times['baseline'] ?? []);
    const loads = loaded.map((handler) => {
      const ms = median(times[handler] ?? []);
      return { handler, ms, ratio: ms / baselineMs };
    });
    const bytesOf = (handler: string): number => sizes.find((size) => size.handler === handler)?.bytes ?? 0;
    const msOf = (name: string): number => median(times[name] ?? []);
    const deployedMs = msOf(VARIANTS[0]?.name ?? '');
    const contents = await contentsOf(folder, largest.handler);
    const rest = contents.slice(PACKAGES_SHOWN).reduce((sum, [, bytes]) => sum + bytes, 0);
    const targets: Target[] = [
      ...sizes.map(({ handler, bytes }) => ({ name: `bytes of ${handler}`, measured: bytes, limit: LIMIT_BYTES })),
      ...loads.map(({ handler, ratio }) => ({
        name: `load time of ${handler} against the baseline`,
        measured: ratio,
        limit: 1,
      })),
    ];
    return {
      tables: [
        {
          title: `Bytes of the ${sizes.length} functions, minified`,
          columns: ['function', 'bytes'],
          rows: sizes.map(({ handler, bytes }) => [handler, bytes]),
        },
        {
          title: `Load time of the module, ${rounds} processes each, in turn`,
          columns: ['bundle', 'bytes', 'median ms', 'against the baseline'],
          rows: [
            ['baseline: document client, three commands, CJS', baselineBytes, rounded(baselineMs), 1],
            ...loads.map(({ handler, ms, ratio }) => [handler, bytesOf(handler), rounded(ms), rounded(ratio)]),
          ],
        },
        {
          title: `${VARIED}, bundled with what is left out, in the same turns`,
          columns: ['bundle', 'bytes', 'median ms', 'against the deployed one'],
          rows: variants.map(({ name, bytes }) => [name, bytes, rounded(msOf(name)), rounded(msOf(name) / deployedMs)]),
        },
        {
          title: `What is inside ${largest.handler}, the largest`,
          columns: ['package or folder', 'bytes'],
          rows: [...contents.slice(0, PACKAGES_SHOWN), ['the rest', rest] as const],
        },
      ],
      targets,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
