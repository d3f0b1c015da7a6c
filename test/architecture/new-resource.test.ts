import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as prettier from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
/** What a resource is in. Infrastructure, tests and benchmarks read it from there. */
const LAYERS = ['core', 'functions', 'adapters', 'local'];

/** The part of CONTRIBUTING.md that is being proved. */
const text = await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
const [, chapter = ''] = text.split('## Adding a resource\n');
const blocksOf = (language: string): readonly string[] =>
  [...chapter.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block = '']) => block);

const [steps = ''] = blocksOf('text');
const pairsOf = (verb: string): readonly (readonly [string, string])[] =>
  [...steps.matchAll(new RegExp(`^${verb} (?:"(.+)"|(\\S+)) to (?:"(.+)"|(\\S+))$`, 'gm'))].map(
    ([, quotedFrom, from, quotedTo, to]) => [quotedFrom ?? from ?? '', quotedTo ?? to ?? ''],
  );
const COPIES = pairsOf('copy');
const RENAMES = pairsOf('rename');

interface Insertion {
  readonly file: string;
  readonly behind: string;
  readonly lines: readonly string[];
}
const INSERTIONS: readonly Insertion[] = blocksOf('diff')
  .join('')
  .split(/^--- /m)
  .slice(1)
  .map((part) => {
    const [file = '', behind = '', ...added] = part.trimEnd().split('\n');
    return { file, behind: behind.slice(1), lines: added.map((line) => line.replace(/^\+/, '')) };
  });

const renamed = (name: string): string => RENAMES.reduce((now, [from, to]) => now.replaceAll(from, to), name);

const copyRoom = async (root: string, from: string, to: string): Promise<void> => {
  await cp(join(root, from), join(root, to), { recursive: true });
  const isFolder = (await stat(join(root, to))).isDirectory();
  const files = isFolder ? (await readdir(join(root, to))).map((file) => join(to, file)) : [to];
  for (const file of files) {
    await writeFile(join(root, file), renamed(await readFile(join(root, file), 'utf8')));
    await rename(join(root, file), join(root, isFolder ? join(to, renamed(file.slice(to.length + 1))) : to));
  }
};

const insert = async (root: string, { file, behind, lines }: Insertion): Promise<void> => {
  const before = (await readFile(join(root, file), 'utf8')).split('\n');
  const places = before.flatMap((line, at) => (line === behind ? [at] : []));
  const [place] = places;
  if (place === undefined || places.length > 1) throw new Error(`${file} has ${places.length} lines "${behind}".`);
  await writeFile(join(root, file), before.toSpliced(place + 1, 0, ...lines).join('\n'));
};

/** What the copy knows of depots, asked in a process of its own: this one has the modules of the repository. */
const QUESTION = `
  const { CONTRACTS } = await import('./functions/contracts.ts');
  const { problemKindOf } = await import('./adapters/http/problems.ts');
  const { EVENT_SCHEMAS, EVENTFUL_ITEMS, eventOfItem } = await import('./core/events/event.ts');
  const { leadingKeys, SORT_KEYS } = await import('./adapters/dynamodb/keys.ts');
  const { PERMISSIONS } = await import('./core/identity/permission.ts');
  const { depotWrites } = await import('./adapters/dynamodb/resources/depots.ts');
  const { documentText } = await import('./local/openapi/text.ts');
  const at = '2026-03-01T08:00:00.000Z';
  const depot = { id: 'd', tenant_id: 't', code: 'c', name: 'n', description: null, is_active: true,
    created_by: 'a', created_at: at, updated_at: at, version: 1 };
  const planned = depotWrites.depot_created({ kind: 'depot_created', depot });
  const document = JSON.parse(documentText());
  console.log(JSON.stringify({
    routes: CONTRACTS.filter(({ path }) => path.includes('depots')).map(({ operation, access }) => [operation, access]),
    permissions: PERMISSIONS.map(({ name }) => name),
    missing: problemKindOf('depot_not_found'),
    events: Object.keys(EVENT_SCHEMAS).filter((name) => name.includes('depot')),
    event: eventOfItem('depot', undefined, depot),
    listed: leadingKeys('depot'),
    streamed: EVENTFUL_ITEMS.map((item) => SORT_KEYS[item].begins),
    keys: planned.actions.map(({ write }) => [write.Put.Item.PK, write.Put.Item.SK]),
    paths: Object.keys(document.paths).filter((path) => path.includes('depots')),
    schemas: Object.keys(document.components.schemas),
    tags: document.tags.map(({ name }) => name),
  }));
`;
const answerSchema = z.object({
  routes: z.array(z.tuple([z.string(), z.string()])),
  permissions: z.array(z.string()),
  missing: z.object({ status: z.number(), title: z.string() }),
  events: z.array(z.string()),
  event: z.record(z.string(), z.unknown()),
  streamed: z.array(z.string().nullable()),
  listed: z.string(),
  keys: z.array(z.tuple([z.string(), z.string()])),
  paths: z.array(z.string()),
  schemas: z.array(z.string()),
  tags: z.array(z.string()),
});

let root = '';
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'new-resource-')));
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const file of [...LAYERS, 'docs/openapi.json', 'package.json', 'tsconfig.json'])
    await cp(join(ROOT, file), join(root, file), { recursive: true });
  for (const [from, to] of COPIES) await copyRoom(root, from, to);
  for (const insertion of INSERTIONS) await insert(root, insertion);
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

describe('a resource that is added as CONTRIBUTING.md says', () => {
  it('touches at most six files, a line each', async () => {
    expect(COPIES.length).toBeGreaterThan(0);
    expect(new Set(INSERTIONS.map(({ file }) => file)).size).toBe(INSERTIONS.length);
    expect(INSERTIONS.length).toBeLessThanOrEqual(6);
    for (const { file, lines } of INSERTIONS) {
      expect(lines, file).toHaveLength(1);
      // A line that the formatter breaks would be more than one.
      const options = { ...(await prettier.resolveConfig(join(ROOT, file))), filepath: file };
      const after = await readFile(join(root, file), 'utf8');
      expect(await prettier.format(after, options), file).toBe(after);
    }
  });

  it('leaves nothing of what it was copied from', async () => {
    const rooms = await Promise.all(
      COPIES.map(async ([, to]) => {
        const place = join(root, to);
        if (!(await stat(place)).isDirectory()) return [await readFile(place, 'utf8')];
        return Promise.all((await readdir(place)).map((file) => readFile(join(place, file), 'utf8')));
      }),
    );
    expect(rooms.flat().filter((source) => /task.?type/i.test(source))).toEqual([]);
  });

  it('compiles', async () => {
    const compiler = join(ROOT, 'node_modules/typescript-native/bin/tsc');
    // What runs locally is no layer of its own: the next test runs it.
    const settings = { extends: './tsconfig.json', include: LAYERS.filter((layer) => layer !== 'local') };
    await writeFile(join(root, 'tsconfig.layers.json'), JSON.stringify(settings));
    const errors = await run(process.execPath, [compiler, '-p', 'tsconfig.layers.json'], { cwd: root }).then(
      () => '',
      (error: unknown) => z.object({ stdout: z.string() }).parse(error).stdout,
    );
    expect(errors).toBe('');
  }, 300_000);

  it('has its routes, permission, events, refusal, keys and chapter', async () => {
    const question = ['--import', 'tsx', '--input-type=module', '--eval', QUESTION];
    const { stdout } = await run(process.execPath, question, { cwd: root, maxBuffer: 2 ** 26 });
    const answer = answerSchema.parse(JSON.parse(stdout));
    expect(answer.routes.toSorted()).toEqual([
      ['changeDepot', 'depots.manage'],
      ['createDepot', 'depots.manage'],
      ['listDepots', 'depots.manage'],
    ]);
    expect(answer.permissions).toContain('depots.manage');
    expect(answer.missing).toEqual({ status: 404, title: 'No such depot' });
    expect(answer.events.toSorted()).toEqual(['task_center.depot.changed', 'task_center.depot.created']);
    expect(answer.event).toMatchObject({ name: 'task_center.depot.created', data: { depot_id: 'd', code: 'c' } });
    expect(answer.streamed).toContain('DEPOT#');
    expect(answer.listed).toBe('T#*#DEPOTS');
    expect(answer.keys).toEqual([
      ['T#t#CLAIM#DEPOT_CODE#c', 'CLAIM'],
      ['T#t#DEPOTS', 'DEPOT#d'],
    ]);
    expect(answer.paths).toEqual(['/api/task-center/depots', '/api/task-center/depots/{depot_id}']);
    expect(answer.schemas).toEqual(expect.arrayContaining(['Depot', 'DepotDraft', 'DepotNotFoundProblem']));
    expect(answer.tags).toContain('depots');
  }, 120_000);
});
