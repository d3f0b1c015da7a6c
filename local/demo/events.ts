import type { DomainEvent } from '../../core/events/event.ts';
import { createTask, transitionTask } from '../../functions/tasks/contract.ts';
import { openEventProbe } from '../event-probe.ts';
import { mismatch } from './expectation.ts';
import type { MainJob } from './main-job.ts';
import type { Stage } from './stage.ts';

/** On an idle stage an event takes seconds; what takes longer than a minute would set off the alarm IteratorAge. */
const PATIENCE_MS = 60_000;
const EXPECTED = [
  'task_center.task.created',
  'task_center.task.state_changed',
] as const satisfies DomainEvent['name'][];

/**
 * Whether the events of a change reach a consumer of the bus: a queue behind a rule, both made for this and removed again.
 * Needs AWS credentials in the environment. Throws a mismatch when they do not arrive within a minute.
 */
export const tellEvents = (
  { client, tell }: Stage,
  { taskTypeId, tenantId }: MainJob,
  busName: string,
): Promise<void> =>
  tell.step('Events reach a consumer of the bus', async () => {
    const probe = await openEventProbe({ busName, tenantId });
    try {
      const { body: task } = await client.send(createTask, { body: { task_type_id: taskTypeId, name: 'An event' } });
      await client.send(transitionTask, { params: { task_id: task.id }, body: { target_state: 'CANCELED' } });
      const namesOf = (events: readonly { readonly name: string; readonly task_id?: string | undefined }[]) =>
        events.flatMap(({ name, task_id }) => (task_id === task.id ? [name] : []));
      const names = namesOf(
        await probe.collect((events) => EXPECTED.every((name) => namesOf(events).includes(name)), PATIENCE_MS),
      );
      if (!EXPECTED.every((name) => names.includes(name))) {
        throw mismatch(`The events of task ${task.id} on ${busName} within a minute`, EXPECTED, names);
      }
      tell.say(`${EXPECTED.join(', ')} came through ${busName}`);
    } finally {
      await probe.close();
    }
  });
