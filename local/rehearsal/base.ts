import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * The commit from which on a stored shape is a promise, that which wrote `test/upgrade`: what it deployed is what today's
 * stack is deployed over. It moves only when nobody can have deployed it any more.
 */
const BASE = '83ea49f0b8933198b8a3e1f95c32a0c6193411fe';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** The sources of that commit in `folder`, with today's packages; undefined where this clone does not reach back so far. */
export const checkOutBase = async (folder: string): Promise<string | undefined> => {
  const known = await run('git', ['cat-file', '-e', `${BASE}^{commit}`], { cwd: PROJECT }).then(
    () => true,
    () => false,
  );
  if (!known) return undefined;
  const [sources, archive] = [join(folder, 'base'), join(folder, 'base.tar')];
  await mkdir(sources);
  await run('git', ['archive', '--format=tar', '--output', archive, BASE], { cwd: PROJECT });
  await run('tar', ['-xf', archive, '-C', sources]);
  await symlink(join(PROJECT, 'node_modules'), join(sources, 'node_modules'));
  return sources;
};
