import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

/** File and export of a handler within its folder, as Lambda is told. */
export const HANDLER = { file: 'index.mjs', name: 'index.handler' } as const;

/** The source maps stay beside the bundles: a stack trace is read with the maps of a build of the same commit. */
export const NOT_DEPLOYED = ['*.map'];

/** Parts of packages that a function never runs. */
const SUBSTITUTES = {
  '@aws-sdk/credential-provider-node': join(ROOT, 'lib/substitutes/credentials.ts'),
  '@aws-sdk/middleware-endpoint-discovery': join(ROOT, 'lib/substitutes/endpoint-discovery.ts'),
};

const SMITHY = '@smithy/core/dist-es/submodules';

/** Single files of packages that a function never runs, or runs in vain. */
const SUBSTITUTE_FILES = {
  'zod/v4/core/to-json-schema.js': 'json-schema.ts',
  'zod/v4/core/json-schema-processors.js': 'json-schema.ts',
  'zod/v4/core/memoizer.js': 'zod-memoizer.ts',
  '@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js': 'partitions.ts',
  [`${SMITHY}/config/node-config-provider/fromSharedConfigFiles.js`]: 'shared-config.ts',
  [`${SMITHY}/config/config-resolver/regionConfig/getInstanceMetadataRegion.js`]: 'instance-region.ts',
  [`${SMITHY}/retry/util-retry/AdaptiveRetryStrategy.js`]: 'adaptive-retry.ts',
  [`${SMITHY}/checksum/sha256/Sha256Js.js`]: 'sha256-in-javascript.ts',
};

/** The clients whose rules for endpoints are replaced, and what their hosts begin with. */
export const HOSTS = {
  '@aws-sdk/client-dynamodb': 'dynamodb',
  '@aws-sdk/client-eventbridge': 'events',
  '@aws-sdk/client-secrets-manager': 'secretsmanager',
};

/**
 * Imported dynamically, and only by operations that stream events, which DynamoDB, Secrets Manager and EventBridge do
 * not have. Left out, because a dynamic import in a bundle keeps everything that it shares with the rest from being
 * shaken.
 */
const NEVER_LOADED = ['@smithy/core/event-streams'];

/** The errors of DynamoDB that hold more than a name, a message and a status, and are answers to what a function asks. */
const ERRORS_READ_WHOLE = ['ConditionalCheckFailedException', 'TransactionCanceledException'];

export interface Bundle {
  /** The folder with the bundle of a handler, named by its file below `functions/` without extension. */
  readonly folderOf: (handler: string) => string;
}

/** What `bundling.mjs` is told: the options of esbuild, and what is left out of packages. */
export interface Bundling {
  readonly options: BuildOptions & { readonly outdir: string };
  readonly replaced: Readonly<Record<string, string>>;
  readonly endpoints: { readonly file: string; readonly hosts: Readonly<Record<string, string>> };
  readonly errors: readonly string[];
}

/**
 * How handlers are bundled. ESM from ESM sources (`mainFields`), which is smaller and loads faster than the same from
 * CommonJS.
 */
export const bundlingOf = (handlers: readonly string[], outdir: string): Bundling => ({
  options: {
    absWorkingDir: ROOT,
    entryPoints: handlers.map((handler) => ({ in: `functions/${handler}.ts`, out: `${handler}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    conditions: ['module', 'import'],
    alias: SUBSTITUTES,
    external: NEVER_LOADED,
    // Zod's JSON Schema is replaced without all its parts, which are looked up when they are called.
    logOverride: { 'import-is-undefined': 'silent' },
    logLevel: 'warning',
  },
  replaced: Object.fromEntries(
    Object.entries(SUBSTITUTE_FILES).map(([file, substitute]) => [file, join(ROOT, 'lib/substitutes', substitute)]),
  ),
  endpoints: { file: join(ROOT, 'lib/substitutes/endpoints.ts'), hosts: HOSTS },
  errors: ERRORS_READ_WHOLE,
});

/** Runs esbuild. Throws when a source cannot be bundled. */
export const runBundling = (bundling: Bundling): void => {
  const { outdir } = bundling.options;
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  execFileSync(process.execPath, [join(ROOT, 'lib/bundling.mjs')], {
    input: JSON.stringify(bundling),
    stdio: ['pipe', 'inherit', 'inherit'],
  });
};

/**
 * Bundles handlers into folders below `outdir`, in one run of esbuild: one after another they would cost a second each.
 * The metafile stays in `outdir` as `meta.json`: https://esbuild.github.io/analyze/ shows what a bundle is made of.
 * Throws when a source cannot be bundled.
 */
export const bundleFunctions = (handlers: readonly string[], outdir: string): Bundle => {
  runBundling(bundlingOf(handlers, outdir));
  return { folderOf: (handler) => join(outdir, handler) };
};
