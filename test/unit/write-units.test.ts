import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { weighLife, weighRisk, writeUnitTables } from '../../bench/task-life.ts';

it('the life of a small task, with type, org unit, area and window, takes at most 72 write units', async () => {
  const { steps, total } = await weighLife(0);
  expect(steps).toHaveLength(5);
  expect(total).toBeLessThanOrEqual(72);
});

it('an index of tasks costs the same whatever a task weighs, and nothing where no list is moved', async () => {
  const [small, large] = [await weighLife(0), await weighLife(10_000)];
  expect(large.steps.map(({ indexes }) => indexes)).toEqual(small.steps.map(({ indexes }) => indexes));
  expect((await weighRisk()).indexes).toBe(0);
});

it('the data model shows the figures of today', async () => {
  const document = await readFile(new URL('../../docs/data-model.md', import.meta.url), 'utf8');
  expect(document, 'Run: node --import tsx bench/write-units.ts --write').toContain(await writeUnitTables());
});
