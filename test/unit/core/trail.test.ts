import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { SORT_KEYS } from '../../../adapters/dynamodb/keys.ts';
import { assetSchema } from '../../../core/assets/asset.ts';
import { absenceSchema, assetCalendarSchema, calendarSchema } from '../../../core/calendar/calendar.ts';
import { EVENTFUL_ITEMS } from '../../../core/events/event.ts';
import { orgUnitSchema, roleSchema, tenantSchema, userSchema } from '../../../core/identity/directory.ts';
import { feedSchema } from '../../../core/feeds/feed.ts';
import { LIMITS } from '../../../core/limits.ts';
import { planSchema } from '../../../core/plans/plan.ts';
import { qualificationSchema } from '../../../core/qualifications/qualification.ts';
import { chosenSchema, tenantStrategySchema } from '../../../core/scoring/strategies.ts';
import { taskSchema } from '../../../core/tasks/task.ts';
import { templateSchema } from '../../../core/templates/template.ts';
import { entryOf } from '../../../core/trail/entry-of.ts';
import { SUBJECTS, type Audited, type Subject } from '../../../core/trail/subjects.ts';
import { taskTypeSchema } from '../../../core/types/task-type.ts';
import { NOW } from '../fakes.ts';

const SCHEMAS: Readonly<Record<Audited, z.ZodObject>> = {
  tenant: tenantSchema.extend({ bootstrapped: z.boolean() }),
  user: userSchema,
  calendar: calendarSchema,
  asset_calendar: assetCalendarSchema,
  role: roleSchema,
  org_unit: orgUnitSchema,
  asset: assetSchema,
  qualification: qualificationSchema,
  task_type: taskTypeSchema,
  template: templateSchema,
  strategy: tenantStrategySchema,
  chosen_strategies: chosenSchema,
  plan: planSchema,
  feed: feedSchema,
  absence: absenceSchema,
  task: taskSchema,
};
/** What is never told: how a plan is made, who and when stand in the entry itself, the rest is counted, derived or told otherwise. */
const UNTOLD = new Set([
  ...['id', 'tenant_id', 'created_at', 'created_by', 'updated_at', 'version', 'revision'],
  ...[
    'token_epoch',
    'holders',
    'active_holders',
    'remarks',
    'given',
    'payload_given',
    'demanded_by',
    'first_attachments',
  ],
  ...['progress', 'outcome', 'failure', 'committed_tasks', 'cancel_requested_at', 'started_at', 'run_id'],
  ...['qualifications_of_type', 'qualifications_given'],
  ...['slot', 'token_hash'],
]);
/** Of a calendar only the memberships are its own; what is held in it is the tasks'. */
const OF_TASKS = new Set(['user_id', 'asset_id', 'is_active', 'active_count', 'recent']);

const subjects = Object.entries<Subject>(SUBJECTS);
const edit = (edit_id: string) => ({ last_edit: { edit_id, actor_id: 'ada', at: NOW, request_id: 'request-1' } });
const digest = (text: string): string => `digest of ${text.length}`;

describe('what the audit trail tells', () => {
  it.each(subjects)(
    'is every field of a %s that a person can change, and no other',
    (item, { fields, secrets = {} }) => {
      const has = Object.keys(SCHEMAS[item as Audited].shape);
      const told = new Set([...fields, ...Object.keys(secrets)]);
      expect([...told].filter((field) => !has.includes(field))).toEqual([]);
      const left = has.filter((field) => !told.has(field) && !UNTOLD.has(field));
      expect(left.filter((field) => !item.endsWith('calendar') || !OF_TASKS.has(field))).toEqual([]);
    },
  );

  it('is of everything that has events', () => {
    expect([...Object.keys(SUBJECTS), 'removal']).toEqual(expect.arrayContaining([...EVENTFUL_ITEMS]));
    expect(Object.keys(SORT_KEYS)).toEqual(expect.arrayContaining(Object.keys(SUBJECTS)));
  });

  it('is never a secret, nor a field that is not named', () => {
    const images = fc.dictionary(fc.constantFrom('username', 'is_active', 'role_ids', 'hash_of_other'), fc.string());
    fc.assert(
      fc.property(images, images, fc.uuid(), fc.uuid(), (before, after, one, other) => {
        const image = (rest: object, secret: string, id: string) => ({
          ...{ id: 'u', tenant_id: 't', password_hash: secret, token_epoch: `epoch ${secret}` },
          ...rest,
          ...edit(id),
        });
        const entry = entryOf('user', image(before, `s-${one}`, 'e1'), image(after, `s-${other}`, 'e2'), digest);
        const text = JSON.stringify(entry);
        for (const hidden of [one, other]) expect(text).not.toContain(hidden);
        expect(text).not.toContain('hash_of_other');
        if (one !== other) expect(entry).toMatchObject({ before: { password: '***' }, after: { password: '***' } });
      }),
    );
  });

  it('fits into an item, however large what changed is', () => {
    const text = JSON.stringify('ü'.repeat(LIMITS.auditedText));
    for (const [item, { fields, documents = [], id }] of subjects) {
      const image = (value: string, edited: string) => ({
        ...Object.fromEntries(fields.map((field) => [field, documents.includes(field) ? value : value.slice(1, -1)])),
        ...{ [id]: 'x', tenant_id: 't', ...edit(edited) },
      });
      const entry = entryOf(item as Audited, image(text, 'e1'), image(`"${text.slice(1, -1)}!"`, 'e2'), digest);
      expect(Buffer.byteLength(JSON.stringify(entry))).toBeLessThan(LIMITS.itemBytes / 2);
    }
  });

  it('is nothing where nothing of it changed, or the write was none of the service’s', () => {
    const role = { id: 'r', tenant_id: 't', name: 'Chief', permissions: ['*'], holders: 1 };
    expect(entryOf('role', { ...role, ...edit('e1') }, { ...role, holders: 2, ...edit('e2') }, digest)).toBeUndefined();
    expect(entryOf('role', { ...role, ...edit('e1') }, { ...role, name: 'X', ...edit('e1') }, digest)).toBeUndefined();
    expect(entryOf('role', role, { ...role, name: 'X' }, digest)).toBeUndefined();
    expect(entryOf('role', role, { ...role, name: 'X', ...edit('e1') }, digest)).toMatchObject({
      ...{ action: 'changed', subject: 'role/r', before: { name: 'Chief' }, after: { name: 'X' } },
      ...{ actor_id: 'ada', request_id: 'request-1', at: NOW },
    });
  });
});
