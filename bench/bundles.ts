import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import * as z from 'zod';
import { ENV } from '../adapters/runtime/environment.ts';
import { bundleFunctions, HANDLER } from '../lib/bundle.ts';
import { HANDLERS } from '../lib/task-center-app.ts';
import { rounded, type Findings } from './report.ts';
import { interleaved, median } from './statistics.ts';

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, '..');
/** Below the project: what CDK leaves out of a bundle is loaded from the packages here, as from the runtime's there. */
const FOLDER = join(ROOT, 'dist/bench');
const ROUNDS = 21;
const QUICK_ROUNDS = 5;
/** Load time against CDK's default. */
const LIMIT_RATIO = 0.8;
/** What most requests are answered by, beside the largest. */
const LOADED = ['tasks/get', 'dispatch/dispatch', 'dispatch/auto-dispatch', 'identity/authorizer'];
const PACKAGES_SHOWN = 14;

/**
 * The same handler as CDK's `NodejsFunction` bundles it when nothing is said: CommonJS, not minified, and without the
 * SDK, which it takes from the runtime.
 */
const buildDefault = async (handler: string, folder: string): Promise<string> => {
  const outfile = join(folder, 'default', handler, 'index.cjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: [`functions/${handler}.ts`],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    external: ['@aws-sdk/*', '@smithy/*'],
    // Only where a command line starts a server does a source ask where it is.
    logOverride: { 'empty-import-meta': 'silent' },
  });
  return outfile;
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

interface Loaded {
  readonly handler: string;
  readonly ms: number;
  readonly defaultBytes: number;
  readonly defaultMs: number;
  readonly ratio: number;
}

/** Loads each handler's bundle and CDK's default of it, in fresh processes and in turn. */
const measureLoading = async (
  handlers: readonly string[],
  fileOf: (handler: string) => string,
  folder: string,
  rounds: number,
): Promise<readonly Loaded[]> => {
  const defaults = await Promise.all(
    handlers.map(async (handler) => [handler, await buildDefault(handler, folder)] as const),
  );
  const times = await interleaved(
    Object.fromEntries(
      defaults.flatMap(([handler, file]) => [
        [handler, () => loadTime(fileOf(handler))] as const,
        [`${handler} by default`, () => loadTime(file)] as const,
      ]),
    ),
    rounds,
    1,
  );
  return Promise.all(
    defaults.map(async ([handler, file]) => {
      const ms = median(times[handler] ?? []);
      const defaultMs = median(times[`${handler} by default`] ?? []);
      return { handler, ms, defaultMs, defaultBytes: (await stat(file)).size, ratio: ms / defaultMs };
    }),
  );
};

/** What Lambda loads at a cold start: how large it is, what it is made of, and how long it takes. */
export const measureBundles = async (_service: unknown, isQuick: boolean): Promise<Findings> => {
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, 'bundles-'));
  try {
    bundleFunctions(HANDLERS, folder);
    const fileOf = (handler: string): string => join(folder, handler, HANDLER.file);
    const sizes = await Promise.all(
      HANDLERS.map(async (handler) => ({ handler, bytes: (await stat(fileOf(handler))).size })),
    );
    sizes.sort((a, b) => b.bytes - a.bytes);
    const [largest] = sizes;
    if (largest === undefined) throw new Error('There are no functions.');

    const rounds = isQuick ? QUICK_ROUNDS : ROUNDS;
    const loads = await measureLoading([...new Set([largest.handler, ...LOADED])], fileOf, folder, rounds);
    const bytesOf = (handler: string): number => sizes.find((size) => size.handler === handler)?.bytes ?? 0;
    const contents = await contentsOf(folder, largest.handler);
    const rest = contents.slice(PACKAGES_SHOWN).reduce((sum, [, bytes]) => sum + bytes, 0);
    return {
      tables: [
        {
          title: `Bytes of the ${sizes.length} functions, minified`,
          columns: ['function', 'bytes'],
          rows: sizes.map(({ handler, bytes }) => [handler, bytes]),
        },
        {
          title: `Load time of the module, ${rounds} processes each, in turn`,
          columns: ['function', 'bytes', 'median ms', "CDK's default: bytes", 'median ms', 'ratio'],
          rows: loads.map(({ handler, ms, defaultBytes, defaultMs, ratio }) => [
            handler,
            bytesOf(handler),
            rounded(ms),
            defaultBytes,
            rounded(defaultMs),
            rounded(ratio),
          ]),
        },
        {
          title: `What is inside ${largest.handler}, the largest`,
          columns: ['package or folder', 'bytes'],
          rows: [...contents.slice(0, PACKAGES_SHOWN), ['the rest', rest] as const],
        },
      ],
      targets: loads.map(({ handler, ratio }) => ({
        name: `load time of ${handler} against CDK's default`,
        measured: ratio,
        limit: LIMIT_RATIO,
      })),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
