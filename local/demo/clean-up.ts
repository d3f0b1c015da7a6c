import { randomUUID } from 'node:crypto';
import { setAvailability } from '../../functions/assets/contract.ts';
import { changeUser } from '../../functions/identity/contract.ts';
import { getTask, transitionTask } from '../../functions/tasks/contract.ts';
import { expectFields } from './expectation.ts';
import type { Stage } from './stage.ts';

const CLOSED = ['ARCHIVED', 'CANCELED'];

/**
 * Puts away what can be put away: tasks canceled (or archived, where they were accepted), assets unavailable, users
 * inactive, and last the administrator, who is the only one and has to stay, under a password that nobody knows.
 * Tenants, org units, types and templates stay: the API has no route that ends them.
 * Goes on after a failure. Answers the failures.
 */
export const cleanUp = ({ client, tell, made }: Stage, adminId: string | undefined): Promise<readonly unknown[]> =>
  tell.step('Putting away what can be put away', async () => {
    const failures: unknown[] = [];
    const each = async (ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> => {
      for (const id of ids) await work(id).catch((error: unknown) => failures.push(error));
    };
    await each(made.tasks, async (task_id) => {
      const params = { task_id };
      const { body: task } = await client.send(getTask, { params });
      if (CLOSED.includes(task.state)) return;
      const target_state = task.state === 'ACCEPTED' ? 'ARCHIVED' : 'CANCELED';
      const { body: ended } = await client.send(transitionTask, { params, body: { target_state, note: 'Demo over' } });
      expectFields('The ended task', ended, { state: target_state });
    });
    await each(made.assets, async (asset_id) => {
      const body = { availability_status: 'UNAVAILABLE' as const };
      const { body: asset } = await client.send(setAvailability, { params: { asset_id }, body });
      expectFields('The retired asset', asset, body);
    });
    await each(made.users, async (user_id) => {
      const { body: user } = await client.send(changeUser, { params: { user_id }, body: { is_active: false } });
      expectFields('The deactivated user', user, { is_active: false });
    });
    await each(adminId === undefined ? [] : [adminId], async (user_id) => {
      const { body: user } = await client.send(changeUser, { params: { user_id }, body: { password: randomUUID() } });
      expectFields('The administrator', user, { id: user_id });
    });
    return failures;
  });
