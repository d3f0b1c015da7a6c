import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { STAGES } from '../../lib/stages.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.github/workflows');
const workflows = readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')] as const);
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));

const all = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);

/** No tool of GitHub runs here: these are the mistakes that would show on its machines, or to an attacker, only. */
describe.each(workflows)('the workflow %s', (_, text) => {
  it('pins every action of others by its commit, and names the version', () => {
    const uses = all(text, /uses: (.*)/g).filter((one) => !one.startsWith('./'));
    expect(uses.filter((one) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(one))).toEqual([]);
  });

  it('calls workflows, scripts and commands that exist', () => {
    for (const file of all(text, /uses: \.\/(.*)/g)) expect(existsSync(join(ROOT, file)), file).toBe(true);
    for (const script of all(text, /npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
    for (const command of all(text, /npx (\w+)/g))
      expect(existsSync(join(ROOT, 'node_modules/.bin', command)), command).toBe(true);
    for (const file of all(text, /run: (\.\S+)/g)) expect(existsSync(join(ROOT, file)), file).toBe(true);
  });

  it('may read the repository when nothing else is said, and keeps no token of it on the disk', () => {
    expect(/^permissions:\n {2}contents: read$/m.test(text)).toBe(true);
    const checkouts = all(text, /(uses: actions\/checkout@.*\n.*\n.*)/g);
    expect(checkouts.filter((one) => !one.endsWith('persist-credentials: false'))).toEqual([]);
  });

  it('gets into AWS by a role, without a key', () => {
    expect(text).not.toMatch(/aws-access-key-id|AWS_SECRET_ACCESS_KEY/);
    if (text.includes('configure-aws-credentials@')) expect(text).toContain('id-token: write');
  });

  it('puts no expression into a shell command', () => {
    // What comes from outside could be a command; in a variable it cannot.
    const commands = all(text, /run: (?:\|\n((?: {10}.*\n)+)|.*)/g).join('');
    expect(commands).not.toContain('${{');
    expect(all(text, /run: (.*)/g).filter((command) => command.includes('${{'))).toEqual([]);
  });

  it('deploys stages that exist', () => {
    for (const stage of all(text, /^ {6}stage: (\w+)$/gm)) expect(STAGES).toContain(stage);
  });
});

it('prod is deployed after dev, from the same assembly, and each is tried out', () => {
  const deploy = workflows.find(([name]) => name === 'deploy.yml')?.[1] ?? '';
  expect(deploy).toMatch(/\n {2}dev:\n {4}needs: synth\n[^]*\n {2}prod:\n {4}needs: dev\n/);
  const stage = workflows.find(([name]) => name === 'deploy-stage.yml')?.[1] ?? '';
  expect(stage).toMatch(/environment:\n {6}name: \$\{\{ inputs\.stage \}\}/);
  expect(stage).toMatch(/cdk deploy "task-center-\$STAGE" --app cdk\.out --strict [^]*npm run smoke/);
});
