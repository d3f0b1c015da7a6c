import { readFileSync } from 'node:fs';
import { saidBy } from '../../../core/tasks/demands.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { REMOVAL, absenceCodec } from '../../../adapters/dynamodb/resources/absences.ts';
import { planCodec } from '../../../adapters/dynamodb/resources/plans.ts';
import { chosenCodec, strategyCodec } from '../../../adapters/dynamodb/resources/strategies.ts';
import { taskTypeCodec } from '../../../adapters/dynamodb/resources/task-types.ts';
import { taskCodec } from '../../../adapters/dynamodb/resources/tasks.ts';
import { templateCodec } from '../../../adapters/dynamodb/resources/templates.ts';
import { qualificationCodec } from '../../../adapters/dynamodb/resources/qualifications.ts';
import { historyKey } from '../../../adapters/dynamodb/keys.ts';
import { batchKey } from '../../../adapters/dynamodb/resources/batches.ts';
import { toldBy, type StreamRecord } from '../../../adapters/dynamodb/stream.ts';
import { subjectOf } from '../../../core/events/envelope.ts';
import { EVENT_SCHEMAS, type DomainEvent } from '../../../core/events/event.ts';
import { ACTIONS } from '../../../core/tasks/history.ts';
import type { Task } from '../../../core/tasks/task.ts';
import type { Template } from '../../../core/templates/template.ts';
import * as records from '../records.ts';
import { ACTOR, at, lifeOf, newTask, recordOf, TENANT, type Step } from './changes.ts';

const eventOf = (record: StreamRecord) => toldBy(record).event;

const WINDOW = { planned_start_at: at('2026-03-05T08:00:00Z'), planned_end_at: at('2026-03-05T10:00:00Z') };
const ATTACHMENT = { id: 'attachment-1', name: 'Plan', url: 'https://example.com/plan.pdf' };

const dispatchTo = (mode: 'MANUAL' | 'AUTO'): Step => ({
  action: 'dispatched',
  patch: { state: 'DISPATCHED', dispatch_mode: mode, assigned_to: 'user-1' },
});

/** Each step, with the event that it means: its name and what it carries beside the states. */
type Meaning = readonly [what: string, step: Step, name: string, data: object, given: Partial<Task>];
const MEANINGS: readonly Meaning[] = [
  [
    'a request for approval',
    { action: 'submitted_for_approval', patch: { state: 'APPROVAL_PENDING' } },
    'submitted_for_approval',
    {},
    {},
  ],
  ['an approval', { action: 'approved', patch: { state: 'APPROVED' } }, 'approved', {}, {}],
  ['a rejection', { action: 'rejected', patch: { state: 'REJECTED' } }, 'rejected', {}, {}],
  ['a manual dispatch', dispatchTo('MANUAL'), 'dispatched', { assigned_to: 'user-1', ...WINDOW }, {}],
  ['an automatic dispatch', dispatchTo('AUTO'), 'auto_dispatched', { assigned_to: 'user-1', ...WINDOW }, {}],
  [
    'a transition',
    { action: 'state_changed', patch: { state: 'CANCELED' } },
    'state_changed',
    { assigned_to: null },
    {},
  ],
  [
    'a new risk level',
    { action: 'risk_checklist_updated', patch: { risk_level: 5 } },
    'risk_checklist_updated',
    { risk_level: 5, previous_risk_level: 3, checklist_changed: false },
    {},
  ],
  [
    'a new checklist',
    { action: 'risk_checklist_updated', patch: { checklist: ['rope'] } },
    'risk_checklist_updated',
    { risk_level: 3, previous_risk_level: 3, checklist_changed: true },
    {},
  ],
  [
    'an attachment',
    { action: 'attachment_added', patch: { attachment_count: 1 }, detail: { attachment: ATTACHMENT } },
    'attachment_added',
    { attachment_id: 'attachment-1', attachment_count: 1 },
    {},
  ],
  [
    'a comment',
    { action: 'comment_added', detail: { comment_id: 'comment-1' } },
    'comment_added',
    { comment_id: 'comment-1' },
    {},
  ],
  ['new material', { action: 'amended', patch: { priority: 9 } }, 'amended', {}, {}],
  [
    'a new window',
    { action: 'rescheduled', patch: { planned_start_at: null, planned_end_at: null } },
    'rescheduled',
    {
      assigned_to: null,
      planned_start_at: null,
      planned_end_at: null,
      previous_start_at: WINDOW.planned_start_at,
      previous_end_at: WINDOW.planned_end_at,
    },
    {},
  ],
  [
    'another assignee',
    { action: 'reassigned', patch: { assigned_to: 'user-2' } },
    'reassigned',
    { assigned_to: 'user-2', previously_assigned_to: 'user-1', ...WINDOW },
    { state: 'DISPATCHED', assigned_to: 'user-1' },
  ],
  [
    'another assignee with other equipment',
    { action: 'reassigned', patch: { assigned_to: 'user-2', asset_ids: ['asset-2'] } },
    'reassigned',
    { assigned_to: 'user-2', previously_assigned_to: 'user-1', ...WINDOW, asset_ids: ['asset-2'] },
    { state: 'DISPATCHED', assigned_to: 'user-1', asset_ids: ['asset-1'] },
  ],
  [
    'an assignment taken back',
    { action: 'unassigned', patch: { state: 'DRAFT', assigned_to: null } },
    'unassigned',
    { previously_assigned_to: 'user-1', ...WINDOW },
    { state: 'DISPATCHED', assigned_to: 'user-1' },
  ],
];

const template: Template = {
  id: 'template-1',
  tenant_id: TENANT,
  task_type_id: 'type-1',
  template_key: 'bridge',
  name: 'Bridge',
  description: null,
  template_version: 'v2',
  requires_approval: false,
  default_priority: 5,
  default_risk_level: 3,
  default_checklist: [],
  route_template: {},
  payload_template: {},
  default_payload: { secret: 'kept' },
  is_active: true,
  ...saidBy({}),
  required_qualifications: [],
  revision: 1,
  version: 1,
  cloned_from: null,
  created_by: ACTOR,
  created_at: at('2026-03-01T08:00:00Z'),
  updated_at: at('2026-03-01T08:00:00Z'),
};
const taskType = {
  id: 'type-1',
  tenant_id: TENANT,
  code: 'INSPECTION',
  name: 'Inspection',
  description: null,
  is_active: true,
  field_may_accept: false,
  ...saidBy({}),
  required_qualifications: [],
  created_by: ACTOR,
  created_at: at('2026-03-01T08:00:00Z'),
  updated_at: at('2026-03-01T08:00:00Z'),
  version: 1,
};

const ajv = addFormats(new Ajv2020({ strict: true }));
/** An event must fit the schema that its consumers read. */
const expectDocumented = (event: DomainEvent | undefined): void => {
  const file = new URL(`../../../docs/events/${event?.name ?? ''}.schema.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, 'utf8')) as { $id: string };
  const validate = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
  expect(validate(event), JSON.stringify(validate.errors)).toBe(true);
};

describe('the event of a change of a task', () => {
  it.each(MEANINGS)('tells of %s', (_, step, name, data, given) => {
    const task = { ...newTask(WINDOW), ...given };
    const { records, entries } = lifeOf(task, [step]);
    const event = eventOf(records[1] ?? {});
    expect(event).toEqual({
      id: entries[0]?.id,
      name: `task_center.task.${name}`,
      tenant_id: TENANT,
      task_id: entries[0]?.task_id,
      version: 2,
      occurred_at: '2026-03-02T08:00:10.000Z',
      actor_id: 'actor-2',
      data: { from_state: task.state, to_state: step.patch?.state ?? task.state, ...data },
    });
    expectDocumented(event);
  });

  it('knows every action of the history', () => {
    const told = new Set([...MEANINGS.map(([, { action }]) => action), 'created']);
    expect(told).toEqual(new Set(ACTIONS));
  });

  it('says whose the task was when it leaves a user', () => {
    const { records } = lifeOf(newTask(WINDOW), [
      dispatchTo('MANUAL'),
      { action: 'state_changed', patch: { state: 'CANCELED' } },
    ]);
    expect(eventOf(records[2] ?? {})).toMatchObject({
      name: 'task_center.task.state_changed',
      version: 3,
      data: { from_state: 'DISPATCHED', to_state: 'CANCELED', assigned_to: 'user-1' },
    });
  });

  it('is there for a change that left the task as it was, and is another one', () => {
    const comment = (id: string): Step => ({ action: 'comment_added', detail: { comment_id: id } });
    const { records } = lifeOf(newTask(), [comment('one'), comment('two')]);
    expect(records.slice(1).map((record) => eventOf(record)?.data)).toMatchObject([
      { comment_id: 'one' },
      { comment_id: 'two' },
    ]);
  });
});

describe('the event of a creation', () => {
  it('tells of a task, under the id of the task', () => {
    const task = newTask({ ...WINDOW, priority: 9, area_code: 'NORTH', project_code: 'P', mission_id: 'M' });
    const [record = {}] = lifeOf(task, []).records;
    const event = eventOf(record);
    expect(event).toEqual({
      id: task.id,
      name: 'task_center.task.created',
      tenant_id: TENANT,
      task_id: task.id,
      version: 1,
      occurred_at: task.created_at,
      actor_id: ACTOR,
      data: {
        from_state: null,
        to_state: 'DRAFT',
        name: 'Bridge 7',
        task_type_id: task.task_type_id,
        template_id: null,
        mission_id: 'M',
        requires_approval: false,
        priority: 9,
        risk_level: 3,
        org_unit_id: null,
        project_code: 'P',
        area_code: 'NORTH',
        ...WINDOW,
      },
    });
    expectDocumented(event);
  });

  it('tells a template from a clone', () => {
    const created = eventOf(recordOf('INSERT', undefined, templateCodec.toItem(template)));
    const clone = { ...template, id: 'template-2', cloned_from: 'template-1' };
    const cloned = eventOf(recordOf('INSERT', undefined, templateCodec.toItem(clone)));
    const data = { task_type_id: 'type-1', template_key: 'bridge', name: 'Bridge' };
    expect(created).toMatchObject({ id: 'template-1', name: 'task_center.template.created', actor_id: ACTOR });
    expect(created?.data).toEqual({ ...data, template_id: 'template-1' });
    expect(cloned).toMatchObject({ id: 'template-2', name: 'task_center.template.cloned' });
    expect(cloned?.data).toEqual({ ...data, template_id: 'template-2', cloned_from: 'template-1' });
    expectDocumented(created);
    expectDocumented(cloned);
  });

  it('tells of a task type', () => {
    const event = eventOf(recordOf('INSERT', undefined, taskTypeCodec.toItem(taskType)));
    expect(event).toMatchObject({
      id: 'type-1',
      name: 'task_center.task_type.created',
      data: { task_type_id: 'type-1', code: 'INSPECTION', name: 'Inspection' },
    });
    expectDocumented(event);
  });
});

describe('the events of a qualification', () => {
  const qualification = { ...records.qualification(), tenant_id: TENANT };
  const data = { qualification_id: 'qualification-1', code: 'UAV-A2', name: 'Remote pilot A2' };

  it('tell what was made, and what it is from now on', () => {
    const made = qualificationCodec.toItem(qualification);
    const created = eventOf(recordOf('INSERT', undefined, made));
    expect(created).toMatchObject({ id: 'qualification-1', name: 'task_center.qualification.created', data });
    expectDocumented(created);
    const last_edit = { edit_id: 'edit-1', actor_id: ACTOR, at: at('2026-03-02T08:00:00Z'), request_id: null };
    const off = { ...qualificationCodec.toItem({ ...qualification, is_active: false, version: 2 }), last_edit };
    const changed = eventOf(recordOf('MODIFY', made, off));
    expect(changed).toMatchObject({ id: 'edit-1', data: { ...data, is_active: false } });
    expectDocumented(changed);
  });
});

describe('the events of an absence', () => {
  const absence = { ...records.absence({ reason: 'Surgery' }), created_by: ACTOR };
  const kept = { ...absenceCodec(TENANT).toItem(absence), tenant_id: TENANT };
  const removal = { edit_id: 'edit-1', actor_id: 'actor-2', at: at('2026-03-02T08:00:00Z'), request_id: null };
  const removed = { ...kept, [REMOVAL]: removal.at, last_edit: removal };
  const data = {
    absence_id: absence.id,
    user_id: absence.user_id,
    asset_id: null,
    start_at: absence.start_at,
    end_at: absence.end_at,
  };

  it('tell that it was entered and that it was removed, and not why', () => {
    const created = eventOf(recordOf('INSERT', undefined, kept));
    expect(created).toEqual({
      id: absence.id,
      name: 'task_center.absence.created',
      tenant_id: TENANT,
      occurred_at: absence.created_at,
      actor_id: ACTOR,
      data,
    });
    const deleted = eventOf(recordOf('MODIFY', kept, removed));
    expect(deleted).toEqual({
      id: 'edit-1',
      name: 'task_center.absence.deleted',
      tenant_id: TENANT,
      occurred_at: removal.at,
      actor_id: 'actor-2',
      data,
    });
    expectDocumented(created);
    expectDocumented(deleted);
    expect([created, deleted].map((event) => event && subjectOf(event))).toEqual([absence.id, absence.id]);
  });

  it('are over with its removal: its expiry tells nothing', () => {
    expect(eventOf(recordOf('REMOVE', removed, undefined))).toBeUndefined();
    expect(eventOf(recordOf('MODIFY', removed, { ...removed, expires: 1 }))).toBeUndefined();
  });
});

describe('the events of a plan', () => {
  const edit = (edit_id: string) => ({
    last_edit: { edit_id, actor_id: 'actor-2', at: at('2026-03-02T08:00:00Z'), request_id: null },
  });
  const plan = { ...records.plan(), tenant_id: TENANT, created_by: ACTOR };
  const kept = { ...planCodec.toItem(plan), ...edit('edit-1') };
  const data = { plan_id: plan.id, plan_name: 'Monday' };

  it('tell that it was asked for, and what has become of it', () => {
    const created = eventOf(recordOf('INSERT', undefined, kept));
    expect(created).toEqual({
      ...{ id: plan.id, name: 'task_center.plan.requested', tenant_id: TENANT },
      ...{ occurred_at: plan.created_at, actor_id: ACTOR, data },
    });
    expectDocumented(created);
    const states = {
      ...{ READY: 'ready', FAILED: 'failed', CANCELED: 'canceled', REVERTED: 'reverted' },
      ...{ COMMITTED: 'committed', PARTLY_COMMITTED: 'committed' },
    };
    for (const [state, verb] of Object.entries(states)) {
      const told = eventOf(recordOf('MODIFY', kept, { ...kept, state, ...edit('edit-2') }));
      expect(told).toEqual({
        ...{ id: 'edit-2', name: `task_center.plan.${verb}`, tenant_id: TENANT, actor_id: 'actor-2', data },
        occurred_at: at('2026-03-02T08:00:00Z'),
      });
      expectDocumented(told);
    }
  });

  it('say nothing of its progress', () => {
    const solving = { ...kept, state: 'SOLVING', ...edit('edit-2') };
    expect(eventOf(recordOf('MODIFY', kept, solving))).toBeUndefined();
    expect(eventOf(recordOf('MODIFY', solving, { ...solving, ...edit('edit-3') }))).toBeUndefined();
  });
});

describe('the events of strategies', () => {
  const strategy = { ...records.strategy(), tenant_id: TENANT, created_by: ACTOR };
  const kept = strategyCodec.toItem(strategy);
  const edit = { edit_id: 'edit-1', actor_id: 'actor-2', at: at('2026-03-02T08:00:00Z'), request_id: null };
  const nothing = { tenant_id: TENANT, active: null, shadow: null, version: 1 };
  const data = { strategy_id: strategy.id, version: 'v3' };

  it('tell that a version was made and retired', () => {
    const created = eventOf(recordOf('INSERT', undefined, kept));
    expect(created).toEqual({
      id: strategy.id,
      name: 'task_center.strategy.created',
      tenant_id: TENANT,
      occurred_at: strategy.created_at,
      actor_id: ACTOR,
      data,
    });
    const retired = eventOf(recordOf('MODIFY', kept, { ...kept, is_retired: true, last_edit: edit }));
    expect(retired).toMatchObject({ id: 'edit-1', name: 'task_center.strategy.retired', actor_id: 'actor-2', data });
    expectDocumented(created);
    expectDocumented(retired);
  });

  it.each(['activated', 'shadow_started', 'shadow_stopped'] as const)('tell which one was chosen: %s', (action) => {
    const before = chosenCodec.toItem(nothing);
    const choice = { action, strategy_id: strategy.id, strategy_version: 'v3' };
    const chosen = { ...before, version: 2, last_choice: choice, last_edit: edit };
    for (const record of [recordOf('INSERT', undefined, chosen), recordOf('MODIFY', before, chosen)]) {
      const event = eventOf(record);
      expect(event).toEqual({
        id: 'edit-1',
        name: `task_center.strategy.${action}`,
        tenant_id: TENANT,
        occurred_at: edit.at,
        actor_id: 'actor-2',
        data,
      });
      expectDocumented(event);
    }
    // Whoever retires a strategy moves the choice without making one.
    expect(
      eventOf(recordOf('MODIFY', chosen, { ...before, version: 3, last_edit: { ...edit, edit_id: 'edit-2' } })),
    ).toBeUndefined();
    expect(eventOf(recordOf('MODIFY', chosen, { ...chosen, version: 3 }))).toBeUndefined();
  });
});

describe('an event', () => {
  it('stays small, however large the task is', () => {
    const long = 'ä'.repeat(50_000);
    const task = newTask({
      name: 'ä'.repeat(200),
      area_code: 'ä'.repeat(100),
      project_code: 'ä'.repeat(200),
      mission_id: 'ä'.repeat(200),
      description: 'ä'.repeat(4_000),
      area_geom: long,
      checklist: Array.from({ length: 100 }, () => 'ä'.repeat(4_000)),
      context_data: { long },
    });
    const { records } = lifeOf(task, [
      { action: 'comment_added', detail: { comment_id: 'one', long } },
      { action: 'risk_checklist_updated', patch: { checklist: [long] } },
    ]);
    for (const record of records) {
      const text = JSON.stringify(eventOf(record));
      expect(Buffer.byteLength(text)).toBeLessThan(4_096);
      expect(text).not.toContain(long.slice(0, 300));
    }
  });

  it('is known under every name of the contract', () => {
    const names = [
      'task_center.task.created',
      'task_center.task.submitted_for_approval',
      'task_center.task.approved',
      'task_center.task.rejected',
      'task_center.task.dispatched',
      'task_center.task.auto_dispatched',
      'task_center.task.state_changed',
      'task_center.task.risk_checklist_updated',
      'task_center.task.attachment_added',
      'task_center.task.comment_added',
      'task_center.task.amended',
      'task_center.task.rescheduled',
      'task_center.task.reassigned',
      'task_center.task.unassigned',
      'task_center.template.created',
      'task_center.template.cloned',
      'task_center.template.revised',
      'task_center.absence.created',
      'task_center.absence.deleted',
      'task_center.strategy.created',
      'task_center.strategy.activated',
      'task_center.strategy.shadow_started',
      'task_center.strategy.shadow_stopped',
      'task_center.strategy.retired',
      ...['requested', 'ready', 'failed', 'canceled', 'committed', 'reverted'].map(
        (verb) => `task_center.plan.${verb}`,
      ),
      'task_center.task_type.changed',
      'task_center.task_type.created',
      'task_center.qualification.changed',
      'task_center.qualification.created',
      'task_center.asset.created',
      'task_center.asset.changed',
      'task_center.user.created',
      'task_center.user.changed',
      'task_center.user.memberships_changed',
      'task_center.user.qualifications_changed',
      'task_center.user.working_hours_changed',
      'task_center.role.created',
      'task_center.role.changed',
      'task_center.role.deleted',
      'task_center.org_unit.created',
      'task_center.org_unit.changed',
    ];
    expect(Object.keys(EVENT_SCHEMAS).toSorted()).toEqual(names.toSorted());
    for (const [name, schema] of Object.entries(EVENT_SCHEMAS)) expect([...schema.shape.name.values]).toEqual([name]);
  });
});

describe('no event', () => {
  const kept = taskCodec.toItem(newTask());
  const changed = lifeOf(newTask(), [{ action: 'comment_added', detail: { comment_id: 'one' } }]).records[1];

  it.each([
    ['a history entry', recordOf('INSERT', undefined, { ...historyKey(TENANT, 'x', 2), action: 'approved' })],
    ['the record of a batch', recordOf('INSERT', undefined, { ...batchKey(TENANT, 'batch-1'), task_ids: [] })],
    ['the end of a task', recordOf('REMOVE', kept, undefined)],
    ['the end of a record whose time was over', recordOf('REMOVE', { PK: 'T#t#RECEIPT#k', SK: 'RECEIPT' }, undefined)],
    ['a repair that made no new version', recordOf('MODIFY', kept, { ...kept, in_all: 'moved' })],
    [
      'a template that is written again',
      recordOf('MODIFY', templateCodec.toItem(template), templateCodec.toItem(template)),
    ],
  ])('comes of %s', (_, record) => {
    expect(eventOf(record)).toBeUndefined();
  });

  it.each([
    ['a record without a name', {}],
    ['a record without its key', { eventName: 'INSERT', dynamodb: { SequenceNumber: '1' } }],
    ['a task without its new image', { ...changed, dynamodb: { ...changed?.dynamodb, NewImage: undefined } }],
    ['a task without its old image', { ...changed, dynamodb: { ...changed?.dynamodb, OldImage: undefined } }],
    ['a task that lacks a field', recordOf('INSERT', undefined, { ...kept, name: undefined })],
    ['a new version that does not say what made it', recordOf('MODIFY', kept, { ...kept, version: 2 })],
    [
      'a new version that repeats the last change',
      recordOf(
        'MODIFY',
        {
          ...kept,
          last_change: { entry_id: 'e', action: 'approved', actor_id: 'a', from_state: 'DRAFT', subject_id: null },
        },
        {
          ...kept,
          version: 2,
          last_change: { entry_id: 'e', action: 'approved', actor_id: 'a', from_state: 'DRAFT', subject_id: null },
        },
      ),
    ],
    [
      'a comment that is not named',
      recordOf('MODIFY', kept, {
        ...kept,
        version: 2,
        last_change: { entry_id: 'e', action: 'comment_added', actor_id: 'a', from_state: 'DRAFT', subject_id: null },
      }),
    ],
  ])('is guessed from %s: it is refused', (_, record) => {
    expect(() => eventOf(record)).toThrow();
  });
});
