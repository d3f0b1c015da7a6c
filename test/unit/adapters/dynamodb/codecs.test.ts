import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../../../../adapters/dynamodb/codec.ts';
import { assetCodec } from '../../../../adapters/dynamodb/resources/assets.ts';
import { calendarCodec, heldWindowFrom } from '../../../../adapters/dynamodb/resources/calendars.ts';
import { orgUnitCodec } from '../../../../adapters/dynamodb/resources/org-units.ts';
import { roleCodec } from '../../../../adapters/dynamodb/resources/roles.ts';
import { taskTypeCodec } from '../../../../adapters/dynamodb/resources/task-types.ts';
import {
  attachmentCodec,
  commentCodec,
  historyCodec,
  taskCodec,
} from '../../../../adapters/dynamodb/resources/tasks.ts';
import { templateCodec } from '../../../../adapters/dynamodb/resources/templates.ts';
import { tenantCodec } from '../../../../adapters/dynamodb/resources/tenants.ts';
import { userCodec } from '../../../../adapters/dynamodb/resources/users.ts';
import { historyEntrySchema } from '../../../../core/tasks/history.ts';
import { STATES } from '../../../../core/tasks/lifecycle.ts';
import type { Attachment } from '../../../../core/tasks/remarks.ts';
import { text } from '../../arbitraries.ts';
import * as records from '../../records.ts';

/** There and back as DynamoDB takes it: its own types for numbers, lists and maps in between. */
const throughTable = <T>(codec: Codec<T>, record: T): T =>
  codec.fromItem(unmarshall(marshall(codec.toItem(record), { removeUndefinedValues: true })));

/** JSON as it is after one spelling of it: `-0` is spelled `0`. */
const value = fc.json().map((spelled): unknown => JSON.parse(JSON.stringify(JSON.parse(spelled))));
const json = fc.dictionary(
  text.filter((name) => name !== '__proto__'),
  value,
  { maxKeys: 5 },
);
const checklist = fc.array(fc.oneof(text, json), { maxLength: 3 });
const optionalText = fc.option(text);

const cases = {
  tenant: [tenantCodec, fc.record({ name: text }).map(({ name }) => ({ id: 't', name, created_at: records.T0 }))],
  user: [userCodec, fc.record({ username: text, is_active: fc.boolean(), role_ids: fc.array(text) }).map(records.user)],
  role: [roleCodec, fc.record({ description: optionalText, permissions: fc.array(text) }).map(records.role)],
  'org unit': [orgUnitCodec, fc.record({ code: text, parent_id: optionalText }).map(records.orgUnit)],
  asset: [
    assetCodec,
    fc.record({ detail: json, region_code: optionalText, version: fc.nat().map((n) => n + 1) }).map(records.asset),
  ],
  'task type': [taskTypeCodec, fc.record({ description: optionalText, is_active: fc.boolean() }).map(records.taskType)],
  template: [
    templateCodec,
    fc
      .record({ default_checklist: checklist, route_template: json, payload_template: json, default_payload: json })
      .map(records.template),
  ],
  task: [
    taskCodec,
    fc
      .record({
        state: fc.constantFrom(...STATES),
        assigned_to: optionalText,
        area_code: optionalText,
        area_geom: fc.option(fc.oneof(text, json)),
        checklist,
        route_template: json,
        payload_template: json,
        payload: json,
        first_attachments: fc.constantFrom<Attachment[]>([], [records.attachment()]),
      })
      .map(records.task),
  ],
  calendar: [
    calendarCodec,
    fc
      .record({
        version: fc.nat(),
        active_count: fc.nat(),
        memberships: fc.array(
          fc.record({ org_unit_id: text, is_primary: fc.boolean(), created_at: fc.constant(records.T0) }),
        ),
      })
      .map(records.calendar),
  ],
  'history entry': [
    historyCodec,
    fc.record({ detail: json, note: optionalText }).map((patch) =>
      historyEntrySchema.parse({
        id: 'e',
        tenant_id: 't',
        task_id: 'x',
        version: 2,
        action: 'dispatched',
        from_state: 'DRAFT',
        to_state: 'DISPATCHED',
        actor_id: 'a',
        created_at: records.T0,
        ...patch,
      }),
    ),
  ],
  comment: [commentCodec({ tenant_id: 't', id: 'x' }), fc.record({ content: text }).map(records.comment)],
  attachment: [
    attachmentCodec({ tenant_id: 't', id: 'x' }),
    fc.record({ media_type: optionalText, size_bytes: fc.option(fc.maxSafeNat()) }).map(records.attachment),
  ],
} as const;

describe('what is kept comes back as it was', () => {
  it.each(Object.entries(cases))('%s', (_, pair) => {
    const [codec, arbitrary] = pair as readonly [Codec<unknown>, fc.Arbitrary<unknown>];
    fc.assert(
      fc.property(arbitrary, (record) => {
        expect(throughTable(codec, record)).toEqual(record);
      }),
    );
  });
});

describe('an item', () => {
  it('carries its key, and the partitions of its indexes', () => {
    expect(taskCodec.toItem(records.task())).toMatchObject({
      PK: 'T#tenant-1#TASK#task-1',
      SK: 'TASK',
      in_all: 'T#tenant-1',
      in_state: 'T#tenant-1#DRAFT',
    });
  });

  it.each([
    ['lacks a field', { name: undefined }],
    ['has a field of another type', { priority: 'high' }],
    ['has a state that is none', { state: 'LOST' }],
    ['has a time that is none', { created_at: 'yesterday' }],
    ['holds JSON that is none', { payload: '{' }],
    ['holds JSON of another shape', { payload: '[]' }],
  ])('that %s is an error, and none that a caller is told about', (_, patch) => {
    const item = { ...taskCodec.toItem(records.task()), ...patch };
    expect(() => taskCodec.fromItem(item)).toThrow(Error);
    expect(() => taskCodec.fromItem(item)).not.toThrow(expect.objectContaining({ name: 'DomainError' }));
  });

  it('says which field is wrong', () => {
    const item = { ...userCodec.toItem(records.user()), version: 0 };
    expect(() => userCodec.fromItem(item)).toThrow(/malformed[^]*version/);
  });

  it('may carry attributes of a later version of the code', () => {
    const item = { ...userCodec.toItem(records.user()), nickname: 'Al' };
    expect(userCodec.fromItem(item)).toEqual(records.user());
  });

  it('of a held window has a window', () => {
    const window = records.windowOn('08:00:00', '10:00:00');
    expect(heldWindowFrom({ PK: 'p', SK: 's', task_id: 'x', name: 'X', state: 'DISPATCHED', window })).toEqual(
      records.held('x', window, 'X'),
    );
    expect(() => heldWindowFrom({ task_id: 'x', name: 'X', state: 'DISPATCHED' })).toThrow();
  });
});
