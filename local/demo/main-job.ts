import type { Breakdown } from '../../core/scoring/score.ts';
import { createAsset, setAvailability } from '../../functions/assets/contract.ts';
import { createOrgUnit, createUser, setMembership } from '../../functions/identity/contract.ts';
import { autoDispatchTask, dispatchTask } from '../../functions/dispatch/contract.ts';
import { batchCreateTasks } from '../../functions/tasks/contract.ts';
import { cloneTemplate, createTemplate } from '../../functions/templates/contract.ts';
import { createTaskType } from '../../functions/types/contract.ts';
import { expectEqual, expectFields, mismatch } from './expectation.ts';
import { tellHistory, windowText, type Person, type Stage } from './stage.ts';

/** What the main job leaves for what comes after it. */
export interface MainJob {
  readonly tenantId: string;
  readonly taskTypeId: string;
  readonly templateId: string;
  readonly areaCode: string;
  readonly orgUnitId: string;
  /** Who took the first task, a member of the org unit. */
  readonly member: Person;
  /** Who took the second task, and when that is done. */
  readonly substitute: Person;
  readonly freeFrom: string;
}

const PRIORITY = 6;
const RISK_LEVEL = 3;
const ROUTE = { type: 'LineString', altitude_m: 80, points: [[8.53, 47.37] as const, [8.55, 47.38] as const] };
const PAYLOAD = { sensor: 'thermal', overlap_percent: 70 };

/** The parts that section 7 of the contract gives: one UAV available, priority 6, risk level 3. */
const EXPECTED_OF_MEMBER: Breakdown = {
  base: 16,
  workload: 24,
  org_match: 24,
  resource_availability: 8,
  priority: 7.2,
  risk: 4.5,
  conflict_penalty: -35,
};
const EXPECTED_OF_SUBSTITUTE: Breakdown = { ...EXPECTED_OF_MEMBER, workload: 32, org_match: 0, conflict_penalty: 0 };

const minutesBetween = (start: string, end: string): number => (Date.parse(end) - Date.parse(start)) / 60_000;

/** Tomorrow, as a date. */
const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

/**
 * The main job: templates, an atomic batch, the guarded dispatch, the explained automatic one.
 * Throws a mismatch at the first answer that is not the expected one.
 */
export const tellMainJob = async (stage: Stage): Promise<MainJob> => {
  const { client, tell, suffix, made } = stage;
  const areaCode = `AREA-${suffix}`;

  const orgUnit = await tell.step('An org unit', async () => {
    const { body } = await client.send(createOrgUnit, { body: { name: 'Line inspection', code: `LINE-${suffix}` } });
    expectFields('The org unit', body, { code: `LINE-${suffix}`, is_active: true, parent_id: null });
    tell.say(`${body.name} (${body.code})`);
    return body;
  });

  const [member, substitute] = await tell.step('Two users, the first a member of the org unit', async () => {
    const user = async (name: string): Promise<Person> => {
      const username = `${name.toLowerCase()}-${suffix}`;
      const { body } = await client.send(createUser, { body: { username, password: `demo-${crypto.randomUUID()}` } });
      made.users.push(body.id);
      expectFields('The user', body, { username, is_active: true });
      return { id: body.id, name };
    };
    const [a, b] = [await user('Anna'), await user('Ben')];
    const { body: membership } = await client.send(setMembership, {
      params: { user_id: a.id, org_unit_id: orgUnit.id },
      body: { is_primary: true },
    });
    expectFields('The membership', membership, { user_id: a.id, org_unit_id: orgUnit.id, is_primary: true });
    tell.say(`${a.name} (A) belongs to ${orgUnit.name}; ${b.name} (B) does not`);
    return [a, b] as const;
  });
  const nameOf = (userId: string): string =>
    [member, substitute].find(({ id }) => id === userId)?.name ?? `unknown user ${userId}`;

  await tell.step('A UAV, available in an area', async () => {
    const { body: asset } = await client.send(createAsset, {
      body: { asset_type: 'UAV', asset_code: `UAV-${suffix}`, name: 'Quadcopter' },
    });
    made.assets.push(asset.id);
    expectFields('The new asset', asset, { availability_status: 'AVAILABLE', region_code: null });
    const { body: placed } = await client.send(setAvailability, {
      params: { asset_id: asset.id },
      body: { availability_status: 'AVAILABLE', region_code: areaCode },
    });
    expectFields('The asset', placed, { availability_status: 'AVAILABLE', region_code: areaCode });
    tell.say(`${placed.asset_code} is ${placed.availability_status} in ${placed.region_code}`);
  });

  const taskType = await tell.step('A task type', async () => {
    const { body } = await client.send(createTaskType, { body: { code: `INSPECT-${suffix}`, name: 'Inspection' } });
    expectFields('The task type', body, { code: `INSPECT-${suffix}`, is_active: true });
    tell.say(`${body.name} (${body.code})`);
    return body;
  });

  const template = await tell.step('A template with a route and a payload', async () => {
    const { body } = await client.send(createTemplate, {
      body: {
        task_type_id: taskType.id,
        template_key: `power-line-${suffix}`,
        name: 'Power line',
        default_priority: PRIORITY,
        default_risk_level: RISK_LEVEL,
        default_checklist: ['Batteries charged', 'Airspace clear'],
        route_template: ROUTE,
        payload_template: PAYLOAD,
        default_payload: { customer: 'grid' },
      },
    });
    expectFields('The template', body, { route_template: ROUTE, payload_template: PAYLOAD, cloned_from: null });
    tell.say(`${body.template_key}: priority ${body.default_priority}, risk level ${body.default_risk_level}`);
    return body;
  });

  const clone = await tell.step('Its clone, under a key of its own', async () => {
    const { body } = await client.send(cloneTemplate, {
      params: { template_id: template.id },
      body: { template_key: `power-line-east-${suffix}`, name: 'Power line, east' },
    });
    const { id, template_key, name, cloned_from, created_at, updated_at, ...copied } = body;
    const source = { ...template, id, template_key, name, cloned_from, created_at, updated_at };
    expectFields('The clone', { cloned_from, ...copied }, { cloned_from: template.id });
    expectEqual('What the clone copied', body, source);
    tell.say(`${template_key} was cloned from ${template.template_key}, with its route, payload and checklist`);
    return body;
  });

  const [first, second] = await tell.step('Two tasks whose windows overlap, in one transaction', async () => {
    const day = tomorrow();
    const task = (name: string, start: string, end: string) => ({
      task_type_id: taskType.id,
      template_id: clone.id,
      org_unit_id: orgUnit.id,
      area_code: areaCode,
      name,
      planned_start_at: `${day}T${start}:00Z`,
      planned_end_at: `${day}T${end}:00Z`,
    });
    const drafts = [task('North section', '08:00', '11:00'), task('South section', '09:30', '12:00')];
    const { body: batch } = await client.send(batchCreateTasks, { body: { tasks: drafts } });
    made.tasks.push(...batch.tasks.map(({ id }) => id));
    const [one, two] = batch.tasks;
    if (batch.total !== 2 || one === undefined || two === undefined)
      throw mismatch('The batch', 'two tasks', batch.total);
    for (const [index, created] of [one, two].entries()) {
      expectFields(`Task ${index + 1}`, created, {
        name: drafts[index]?.name ?? '',
        state: 'DRAFT',
        priority: PRIORITY,
        risk_level: RISK_LEVEL,
        checklist: template.default_checklist,
        version: 1,
      });
      expectEqual(`The context of task ${index + 1}`, created.context_data, {
        customer: 'grid',
        route_template: ROUTE,
        payload_template: PAYLOAD,
        template_version: template.template_version,
        schedule: { planned_start_at: created.planned_start_at, planned_end_at: created.planned_end_at },
      });
      tell.say(`${created.name}: ${windowText(created)} UTC, ${created.state}`);
    }
    const overlap = minutesBetween(two.planned_start_at ?? '', one.planned_end_at ?? '');
    expectEqual('The overlap of the two windows, in minutes', overlap, 90);
    tell.say(`They overlap by ${overlap} minutes`);
    return [one, two] as const;
  });

  await tell.step(`The first task is dispatched to ${member.name}`, async () => {
    const { body } = await client.send(dispatchTask, {
      params: { task_id: first.id },
      body: { assigned_to: member.id, note: 'Anna knows the line' },
    });
    expectFields('The dispatched task', body, {
      state: 'DISPATCHED',
      dispatch_mode: 'MANUAL',
      assigned_to: member.id,
      version: 2,
    });
    tell.say(`${body.name} is ${body.state} to ${nameOf(body.assigned_to ?? '')}, who now holds ${windowText(body)}`);
  });

  await tell.step(`The second task is refused to ${member.name}`, async () => {
    const refusal = await client.refused(
      dispatchTask,
      { params: { task_id: second.id }, body: { assigned_to: member.id } },
      { status: 409, code: 'schedule_conflict' },
    );
    expectEqual('The conflicts', refusal.conflicts, [
      {
        task_id: first.id,
        name: first.name,
        planned_start_at: first.planned_start_at,
        planned_end_at: first.planned_end_at,
      },
    ]);
    if (!refusal.detail.includes('overlapping assignment'))
      throw mismatch('The sentence of the refusal', 'the words "overlapping assignment"', refusal.detail);
    tell.say(`${refusal.status} ${refusal.code}: ${refusal.title}`);
    for (const conflict of refusal.conflicts ?? []) tell.say(`in the way: ${conflict.name}, ${windowText(conflict)}`);
  });

  await tell.step(
    `The second task is dispatched automatically, over ${member.name} and ${substitute.name}`,
    async () => {
      const { body } = await client.send(autoDispatchTask, {
        params: { task_id: second.id },
        body: { candidate_user_ids: [member.id, substitute.id] },
      });
      expectFields('The choice', body, { selected_user_id: substitute.id, dispatch_mode: 'AUTO' });
      expectFields('The task', body.task, { state: 'DISPATCHED', dispatch_mode: 'AUTO', assigned_to: substitute.id });
      expectFields('The resources', body.resource_snapshot, {
        scope_area_code: areaCode,
        total_assets: 1,
        available_assets: 1,
      });
      expectEqual(
        'The parts of the scores, best first',
        body.scores.map(({ user_id, breakdown }) => ({ user_id, ...breakdown })),
        [
          { user_id: substitute.id, ...EXPECTED_OF_SUBSTITUTE },
          { user_id: member.id, ...EXPECTED_OF_MEMBER },
        ],
      );
      for (const { user_id, total_score, breakdown } of body.scores) {
        const tenths = Object.values(breakdown).reduce((sum, part) => sum + Math.round(part * 10), 0);
        expectEqual(`The total of ${nameOf(user_id)}`, total_score, tenths / 10);
      }
      tell.table(
        ['candidate', 'base', 'workload', 'org match', 'resources', 'priority', 'risk', 'conflicts', 'total'],
        body.scores.map(({ user_id, total_score, breakdown: part }) => [
          nameOf(user_id),
          part.base,
          part.workload,
          part.org_match,
          part.resource_availability,
          part.priority,
          part.risk,
          part.conflict_penalty,
          total_score,
        ]),
      );
      const { version, schedule_enabled } = body.resource_snapshot.score_strategy;
      tell.say(
        `Strategy ${version}, schedule ${schedule_enabled ? 'on' : 'off'}: ${nameOf(body.selected_user_id)} it is`,
      );
    },
  );

  await tell.step('The history of both tasks', async () => {
    const of = async (task: { readonly id: string; readonly name: string }, mode: string, userId: string) => {
      tell.say(task.name);
      const entries = await tellHistory(stage, task.id);
      expectEqual(
        `The history of ${task.name}`,
        entries.map(({ version, action, from_state, to_state }) => [version, action, from_state, to_state]),
        [
          [1, 'created', null, 'DRAFT'],
          [2, 'dispatched', 'DRAFT', 'DISPATCHED'],
        ],
      );
      const detail = entries[1]?.detail ?? {};
      expectFields('The detail of the dispatch', detail, { assigned_to: userId, dispatch_mode: mode });
      return detail;
    };
    await of(first, 'MANUAL', member.id);
    const detail = await of(second, 'AUTO', substitute.id);
    const kept = [detail['scores']].flat().length;
    expectEqual('The scores that the history keeps', kept, 2);
    expectEqual('The candidates passed over', detail['passed_over'], []);
    tell.say(`The second keeps ${kept} scores and the resources, so that the choice can be retraced`);
  });

  return {
    tenantId: taskType.tenant_id,
    taskTypeId: taskType.id,
    templateId: clone.id,
    areaCode,
    orgUnitId: orgUnit.id,
    member,
    substitute,
    freeFrom: second.planned_end_at ?? '',
  };
};
