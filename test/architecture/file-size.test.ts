import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const MOST_LINES = 300;
/** Tests and benchmarks are as long as their cases; JSON is generated, and so are the tables of a document. */
const FOLDERS = ['adapters', 'bin', 'board', 'core', 'docs', 'functions', 'lib', 'local'];
const HAND_WRITTEN = /\.(tsx?|css|mjs|cjs|js|md)$/;

const GENERATED = /<!-- begin (\w+) -->.*?<!-- end \1 -->/gs;

const files = [
  ...readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : [])),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  ),
].filter((file) => HAND_WRITTEN.test(file));

it(`no file but tests, benchmarks and what is generated has more than ${MOST_LINES} lines`, () => {
  expect(files).toContain('core/commit.ts');
  const linesOf = (file: string): number =>
    readFileSync(path.join(ROOT, file), 'utf8').replaceAll(GENERATED, '').split('\n').length - 1;
  expect(files.filter((file) => linesOf(file) > MOST_LINES).toSorted()).toEqual([]);
});
