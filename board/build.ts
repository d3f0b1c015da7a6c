import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';

const HERE = import.meta.dirname;

/** A file of the board as it is served. */
export interface BuiltFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Builds the board into a folder: script and style with a digest in their names, and the page twice, because `/board` and
 * `/board/my-day` see the files from different places and neither knows what stands before them.
 * Throws when a source cannot be bundled.
 */
export const buildBoard = (outdir: string): readonly BuiltFile[] => {
  const { outputFiles } = buildSync({
    absWorkingDir: HERE,
    entryPoints: [
      { in: 'main.tsx', out: 'app' },
      { in: 'styles/board.css', out: 'app' },
    ],
    outdir,
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: ['es2022'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const built = outputFiles.map(({ path, text }) => ({ name: basename(path), text }));
  const named = (extension: string): string => built.find(({ name }) => name.endsWith(extension))?.name ?? '';
  const template = readFileSync(join(HERE, 'page.html'), 'utf8')
    .replace('app.js', named('.js'))
    .replace('app.css', named('.css'));
  const files = [
    ...built,
    { name: 'icon.svg', text: readFileSync(join(HERE, 'icon.svg'), 'utf8') },
    { name: 'page.html', text: template },
    { name: 'board.html', text: template.replaceAll(/(href|src)="/g, '$1="board/') },
  ];
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(outdir, name), text);
  return files;
};
