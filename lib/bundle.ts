import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync, type BuildOptions } from 'esbuild';
import { buildBoard } from '../board/build.ts';

const ROOT = join(import.meta.dirname, '..');

/** File and export of a handler within its folder, as Lambda is told. */
export const HANDLER = { file: 'index.mjs', name: 'index.handler' } as const;

/** The source maps stay beside the bundles: a stack trace is read with the maps of a build of the same commit. */
export const NOT_DEPLOYED = ['*.map'];

/**
 * What the SDK imports dynamically and a function never reaches: Lambda puts the credentials into the environment, which
 * the SDK asks first, and no operation that is called streams events.
 */
const NEVER_RUN = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
  '@smithy/core/event-streams',
];

/** These serve the files of the board, which lie beside their bundle. */
const BOARD_HANDLERS = ['board/open', 'board/file'];

/** These make plans: the WebAssembly of HiGHS lies beside their bundle. */
const PLANNING_HANDLERS = ['plans/solve'];

export interface Bundle {
  /** The folder with the bundle of a handler, named by its file below `functions/` without extension. */
  readonly folderOf: (handler: string) => string;
}

/** How handlers are bundled: from ESM sources, of which esbuild can leave out what nobody imports. */
const optionsOf = (handlers: readonly string[], outdir: string): BuildOptions => ({
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
  external: NEVER_RUN,
  logLevel: 'warning',
});

/**
 * Bundles handlers into folders below `outdir`, in one run of esbuild: one after another they would cost a second each.
 * The metafile stays in `outdir` as `meta.json`: https://esbuild.github.io/analyze/ shows what a bundle is made of.
 * Throws when a source cannot be bundled.
 */
export const bundleFunctions = (handlers: readonly string[], outdir: string): Bundle => {
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = buildSync({ ...optionsOf(handlers, outdir), metafile: true });
  writeFileSync(join(outdir, 'meta.json'), JSON.stringify(metafile));
  for (const handler of handlers.filter((one) => BOARD_HANDLERS.includes(one))) {
    buildBoard(join(outdir, handler, 'board'));
  }
  const solver = fileURLToPath(import.meta.resolve('highs/runtime'));
  for (const handler of handlers.filter((one) => PLANNING_HANDLERS.includes(one))) {
    copyFileSync(solver, join(outdir, handler, basename(solver)));
  }
  return { folderOf: (handler) => join(outdir, handler) };
};
