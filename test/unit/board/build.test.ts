import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { buildBoard } from '../../../board/build.ts';

const BUDGET_BYTES = 100 * 1_024;

it('the board is built whole, within its budget, and its pages name what was built', () => {
  const folder = mkdtempSync(join(tmpdir(), 'board-'));
  const files = buildBoard(folder);
  expect(readdirSync(folder).toSorted()).toEqual(files.map(({ name }) => name).toSorted());
  rmSync(folder, { recursive: true });

  const textOf = (name: string): string => files.find((file) => file.name === name)?.text ?? '';
  for (const { name } of files.filter((file) => file.name.startsWith('app-'))) {
    expect(textOf('page.html')).toContain(`="${name}"`);
    expect(textOf('board.html')).toContain(`="board/${name}"`);
  }
  const bytes = files.reduce((sum, { text }) => sum + gzipSync(text).length, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(BUDGET_BYTES);
});
