import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstSteps } from '../../local/first-steps.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): Promise<string> => readFile(join(ROOT, file), 'utf8');

const inDocs = await readdir(join(ROOT, 'docs'), { recursive: true });
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', ...inDocs.map((file) => join('docs', file))].filter((file) =>
  file.endsWith('.md'),
);

/** The anchor that a heading gets. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const brokenLinks = async (file: string): Promise<readonly string[]> => {
  const text = await read(file);
  const broken: string[] = [];
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path = '', anchor] = target.split('#');
    const linked = path === '' ? file : join(dirname(file), path);
    const isThere = existsSync(join(ROOT, linked));
    const isBroken = !isThere || (anchor !== undefined && !anchorsOf(await read(linked)).includes(anchor));
    if (isBroken) broken.push(target);
  }
  return broken;
};

describe.each(DOCUMENTS)('%s', (file) => {
  it('links to what exists', async () => {
    expect(await brokenLinks(file)).toEqual([]);
  });

  it('names files and folders that exist', async () => {
    const names = [
      ...(await read(file)).matchAll(/`((?:adapters|bench|bin|core|docs|functions|lib|local|test)\/[\w./-]*)`/g),
    ];
    expect(names.map(([, name = '']) => name).filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  it('names npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
    const names = [...(await read(file)).matchAll(/npm run (?:-\S+ )*([\w:-]+)/g)].map(([, name = '']) => name);
    expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

it('README.md shows the first requests that the server prints', async () => {
  const text = await read('README.md');
  for (const command of firstSteps('http://127.0.0.1:3000')) expect(text).toContain(command);
});

it('docs/decisions/README.md lists every record under its title', async () => {
  const files = (await readdir(join(ROOT, 'docs/decisions'))).filter((file) => /^\d{4}-/.test(file)).sort();
  const lines = await Promise.all(
    files.map(async (file) => {
      const [, number = '', title = ''] = /^# (\d+)\. (.+)/.exec(await read(`docs/decisions/${file}`)) ?? [];
      return `${number}. [${title}](${file})`;
    }),
  );
  const index = await read('docs/decisions/README.md');
  expect(index.split('\n').filter((line) => /^\d+\./.test(line))).toEqual(lines);
});
