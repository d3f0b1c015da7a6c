import { createAsset, setAvailability } from '../../functions/assets/contract.ts';
import { autoDispatchTask, dispatchTask, unassignTask } from '../../functions/dispatch/contract.ts';
import { createTask } from '../../functions/tasks/contract.ts';
import { expectEqual, expectFields } from './expectation.ts';
import type { MainJob } from './main-job.ts';
import { windowText, type Stage } from './stage.ts';

/**
 * One drone for two crews: the second is told which task has it, and goes when it is back. Throws a mismatch at the first
 * answer that is not the expected one.
 */
export const tellEquipment = async (stage: Stage, job: MainJob): Promise<void> => {
  const { client, tell, made, suffix } = stage;
  const { member, substitute } = job;
  const day = new Date(Date.parse(job.freeFrom) + 2 * 86_400_000).toISOString().slice(0, 10);
  const area_code = `DEPOT-${suffix}`;
  const task = async (name: string, start: string, end: string) => {
    const { body } = await client.send(createTask, {
      body: {
        ...{ task_type_id: job.taskTypeId, area_code, name, buffer_after_minutes: 30 },
        ...{ required_assets: [{ asset_type: 'UAV' as const, quantity: 1 }] },
        ...{ planned_start_at: `${day}T${start}:00Z`, planned_end_at: `${day}T${end}:00Z` },
      },
    });
    made.tasks.push(body.id);
    return body;
  };
  const [first, second] = [await task('Bridge deck', '08:00', '10:00'), await task('Bridge piers', '10:00', '11:00')];
  const { body: drone } = await client.send(createAsset, {
    body: { asset_type: 'UAV', asset_code: `LIFT-${suffix}`, name: 'Heavy lifter' },
  });
  made.assets.push(drone.id);
  await client.send(setAvailability, {
    params: { asset_id: drone.id },
    body: { availability_status: 'AVAILABLE', region_code: area_code },
  });

  await tell.step(
    `Two tasks need the only drone of the depot; the first goes to ${member.name}, and takes it`,
    async () => {
      const params = { task_id: first.id };
      const { body } = await client.send(dispatchTask, { params, body: { assigned_to: member.id } });
      expectFields('The dispatched task', body, { asset_ids: [drone.id] });
      expectEqual('The end of what is held', String(body.held_end_at), `${day}T10:30:00.000Z`);
      tell.say(
        `${drone.name} is held ${windowText({ planned_start_at: body.held_start_at, planned_end_at: body.held_end_at })}`,
      );
    },
  );

  await tell.step('The second is refused: half an hour to charge, and the drone is away', async () => {
    const params = { task_id: second.id };
    const body = { candidate_user_ids: [substitute.id] };
    const refusal = await client.refused(autoDispatchTask, { params, body }, { status: 409, code: 'asset_conflict' });
    tell.say(`${refusal.status} ${refusal.code}: ${refusal.detail}`);
    expectEqual(
      'What is in the way',
      refusal.conflicts?.map(({ task_id }) => task_id),
      [first.id],
    );
    await client.send(unassignTask, { params: { task_id: first.id }, body: {} });
    const { body: done } = await client.send(autoDispatchTask, { params, body });
    expectEqual('Its equipment', done.task.asset_ids, [drone.id]);
    tell.say(`Given back, it goes with ${substitute.name}`);
  });
};
