import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTRACTS } from '../../functions/contracts.ts';

/** The committed document, read by generators of clients that others use. What they make must compile. */

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = join(ROOT, 'docs/openapi.json');
/** Kept between runs: a virtual environment takes a minute to make. */
const CACHE = join(ROOT, '.cache/generators');
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  await mkdir(CACHE, { recursive: true });
  folder = await mkdtemp(join(CACHE, 'run-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('openapi-typescript', () => {
  /** Ends with 0 when the client compiles, beside the types made from the document. */
  const compile = async (name: string, client: string): Promise<string> => {
    await writeFile(join(folder, name), client);
    const options = {
      strict: true,
      noEmit: true,
      target: 'es2023',
      module: 'nodenext',
      lib: ['es2023', 'dom'],
      types: [],
    };
    const project = join(folder, `${name}.json`);
    await writeFile(project, JSON.stringify({ compilerOptions: options, files: [name] }));
    return run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project]).then(
      () => '',
      (failure: unknown) => String(Reflect.get(Object(failure), 'stdout')),
    );
  };

  it('makes types with which a client compiles, and a wrong one does not', async () => {
    const cli = join(ROOT, 'node_modules/openapi-typescript/bin/cli.js');
    await run(process.execPath, [cli, DOCUMENT, '-o', join(folder, 'api.d.ts')]);
    const client = (fields: string): string => `
      import type { components, operations, paths } from './api.d.ts';
      type Task = components['schemas']['Task'];
      const draft: components['schemas']['TaskDraft'] = { task_type_id: 'x', name: 'Inspect', ${fields} };
      export const create = async (url: string): Promise<Task> => {
        const path: keyof paths = '/api/task-center/tasks';
        const response = await fetch(url + path, { method: 'POST', body: JSON.stringify(draft) });
        return (await response.json()) as operations['createTask']['responses'][201]['content']['application/json'];
      };
      export const first = ({ ranking }: components['schemas']['Decision']): readonly [string, number] | undefined => ranking[0];
    `;
    expect(await compile('client.ts', client(`priority: 6, planned_start_at: '2027-03-01T08:00:00Z'`))).toBe('');
    expect(await compile('wrong.ts', client(`priority: 'high'`))).toContain('TS2322');
  });
});

const VERSION = '0.29.1';
const venv = join(CACHE, `python-${VERSION}`);
const bin = join(venv, 'bin');

/** Why the generator cannot run on this machine, which needs Python and its registry once; undefined where it can. */
const lacking = async (): Promise<string | undefined> => {
  const isThere = await readdir(bin).then(
    (files) => files.includes('openapi-python-client'),
    () => false,
  );
  if (isThere) return undefined;
  try {
    await mkdir(CACHE, { recursive: true });
    await run('python3', ['-m', 'venv', venv]);
    await run(join(bin, 'pip'), ['install', '--quiet', `openapi-python-client==${VERSION}`]);
    return undefined;
  } catch (error) {
    await rm(venv, { recursive: true, force: true });
    return String(error).split('\n')[0];
  }
};
const reason = await lacking();
if (reason !== undefined) process.stderr.write(`openapi-python-client did not run: ${reason}\n`);

describe.skipIf(reason !== undefined)('openapi-python-client', () => {
  const env = { ...process.env, PATH: [bin, process.env['PATH'] ?? ''].join(delimiter), VIRTUAL_ENV: venv };

  it('makes a client of every operation, without a warning, whose modules all load', async () => {
    const client = join(folder, 'client');
    const made = ['generate', '--path', DOCUMENT, '--output-path', client, '--meta', 'none', '--fail-on-warning'];
    await run(join(bin, 'openapi-python-client'), made, { env });
    const load = `
import importlib, pathlib, sys
sys.path.insert(0, ${JSON.stringify(folder)})
for file in sorted(pathlib.Path(${JSON.stringify(client)}).rglob('*.py')):
    parts = file.relative_to(${JSON.stringify(folder)}).with_suffix('').parts
    importlib.import_module('.'.join(parts))
`;
    await run(join(bin, 'python'), ['-c', load], { env });
    const files = await readdir(join(client, 'api'), { recursive: true });
    const modules = files.filter((file) => file.endsWith('.py') && !file.endsWith('__init__.py'));
    expect(modules).toHaveLength(CONTRACTS.length);
  }, 300_000);
});
