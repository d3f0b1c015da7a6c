import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openLogFolder, readLogFolder } from '../../local/log-folder.ts';
import { about, insightsCommand, insightsQuery } from '../../local/request-log.ts';

const folders: string[] = [];
afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true }))));
const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'log-'));
  folders.push(folder);
  return folder;
};

describe('the log folder', () => {
  it('keeps the last lines in two files of bounded size, in order', async () => {
    const folder = join(await newFolder(), 'log');
    const write = await openLogFolder(folder, 100);
    for (let index = 0; index < 50; index += 1) write(`line ${index}`);
    const lines = await readLogFolder(folder);
    expect(lines.at(-1)).toBe('line 49');
    // Between one file and two, of 8 bytes a line.
    expect(lines.length).toBeGreaterThanOrEqual(100 / 8);
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => `line ${50 - lines.length + index}`));
    for (const name of ['current.jsonl', 'previous.jsonl'])
      expect((await stat(join(folder, name))).size).toBeLessThan(100 + 8);
  });

  it('goes on where the last run ended, its size counted', async () => {
    const folder = await newFolder();
    (await openLogFolder(folder, 10))('of the first run');
    (await openLogFolder(folder, 10))('of the second');
    expect(await readLogFolder(folder)).toEqual(['of the first run', 'of the second']);
    expect(await readFile(join(folder, 'previous.jsonl'), 'utf8')).toBe('of the first run\n');
  });

  it('says once that it cannot keep any more, and lets the run go on', async () => {
    const folder = await newFolder();
    const write = await openLogFolder(folder);
    await rm(folder, { recursive: true });
    await writeFile(folder, 'a file in its place');
    const said = vi.spyOn(console, 'error').mockReturnValue();
    write('a');
    write('b');
    expect(said).toHaveBeenCalledTimes(1);
    expect(said).toHaveBeenCalledWith(expect.stringMatching(/^The log is not kept any more: /));
  });

  it('is empty where nothing was kept', async () => {
    expect(await readLogFolder(join(await newFolder(), 'absent'))).toEqual([]);
  });
});

describe('what is said of a request', () => {
  const line = (fields: object) => JSON.stringify({ timestamp: 'T', level: 'INFO', message: 'm', ...fields });

  it('are its lines, with their fields, and those of no other request', () => {
    const lines = [
      line({ request_id: 'a', operation: 'getTask' }),
      line({ request_id: 'ab' }),
      line({ request_id: 'b', note: 'a' }),
      line({ request_id: 'a', level: 'ERROR', error: { stack: 'Error\n at x' } }),
    ];
    const [first, second, ...others] = about(lines, 'a');
    expect(first).toBe('T INFO m\n  request_id: a\n  operation: getTask');
    expect(second).toContain('T ERROR m');
    expect(others).toEqual([]);
  });

  it('is asked of Logs Insights, over the log groups of the stack', () => {
    const command = insightsCommand('prod', insightsQuery('a-1'));
    expect(command).toContain('--stack-name task-center-prod ');
    expect(command).toContain(`--query-string 'filter request_id = "a-1" |`);
  });
});
