import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as keys from '../../../../adapters/dynamodb/keys.ts';
import { instantAt } from '../../../../core/time/instant.ts';
import { text } from '../../arbitraries.ts';
import { instant, T0 } from '../../records.ts';
import { assetResource, userResource } from '../../../../core/calendar/resource.ts';

/** Every key of a tenant that holds a free text, by its name. */
const KEYS: Readonly<Record<string, (tenantId: string, id: string) => keys.Key>> = {
  task: keys.taskKey,
  user: keys.userKey,
  calendar: (tenantId, id) => keys.calendarKey(tenantId, userResource(id)),
  assetCalendar: (tenantId, id) => keys.calendarKey(tenantId, assetResource(id)),
  role: keys.directoryKey('role'),
  orgUnit: keys.directoryKey('org_unit'),
  taskType: keys.directoryKey('task_type'),
  template: keys.directoryKey('template'),
  asset: keys.directoryKey('asset'),
  qualification: keys.directoryKey('qualification'),
  batch: keys.singleKey('batch'),
  receipt: keys.receiptKey,
  tally: keys.tallyKey,
  username: (tenantId, name) => keys.claimKey(tenantId, 'USERNAME', name),
  assetCode: (tenantId, code) => keys.claimKey(tenantId, 'ASSET_CODE', code),
  activeUser: (tenantId, userId) => keys.rosterKey(tenantId, userId, true),
  inactiveUser: (tenantId, userId) => keys.rosterKey(tenantId, userId, false),
  comment: (tenantId, id) => keys.commentKey(tenantId, 'task-1', id),
  commentOf: (tenantId, taskId) => keys.commentKey(tenantId, taskId, 'comment-1'),
  attachment: (tenantId, id) => keys.attachmentKey(tenantId, 'task-1', id),
  history: (tenantId, taskId) => keys.historyKey(tenantId, taskId, 1),
  window: (tenantId, taskId) => keys.windowKey(tenantId, userResource('user-1'), T0, taskId),
  openAssignment: (tenantId, taskId) => keys.openAssignmentKey(tenantId, userResource('user-1'), taskId),
};
const names = fc.constantFrom(...Object.keys(KEYS));

/** Texts with what separates and encodes in keys, in other scripts, and longer than a key may be. */
const nasty = fc.oneof(
  fc.string({ unit: fc.constantFrom('#', '%', '2', '3', 'a', 'T', '漢', '🙂', '\u0000') }),
  text,
  fc.integer({ min: 160, max: 200 }).map((length) => '漢'.repeat(length)),
  fc.constantFrom('task-1', 'comment-1', '', '%23', '#USER#user-1', '%%'),
);

const keyOf = (name: string, tenantId: string, id: string): keys.Key => {
  const make = KEYS[name];
  if (make === undefined) throw new Error(name);
  return make(tenantId, id);
};

describe('keys', () => {
  it('are different for different ids, kinds and tenants, whatever the texts hold', () => {
    const some = fc.tuple(names, nasty, nasty);
    fc.assert(
      fc.property(some, some, (a, b) => {
        const [keyA, keyB] = [keyOf(...a), keyOf(...b)];
        expect(keyA.PK === keyB.PK && keyA.SK === keyB.SK).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never reach into the partition of another tenant', () => {
    fc.assert(
      fc.property(names, names, nasty, nasty, nasty, nasty, (nameA, nameB, tenantA, tenantB, idA, idB) => {
        fc.pre(tenantA !== tenantB);
        expect(keyOf(nameA, tenantA, idA).PK).not.toBe(keyOf(nameB, tenantB, idB).PK);
      }),
    );
  });

  it('stay within what DynamoDB takes: 2,048 bytes of partition, 1,024 of sort key', () => {
    const long = fc
      .integer({ min: 1, max: 300 })
      .chain((n) => fc.constantFrom('漢'.repeat(n), '🙂'.repeat(n), '#'.repeat(n)));
    fc.assert(
      fc.property(names, long, long, (name, tenantId, id) => {
        const { PK, SK } = keyOf(name, tenantId, id);
        expect(Buffer.byteLength(PK)).toBeLessThanOrEqual(2_048);
        expect(Buffer.byteLength(SK)).toBeLessThanOrEqual(1_024);
      }),
    );
  });

  it('separate a claimed value by what it is', () => {
    expect(keys.claimKey('t', 'TYPE_CODE', 'A')).not.toEqual(keys.claimKey('t', 'TEMPLATE_KEY', 'A'));
  });

  it('spell a tenant and an area apart, one called TENANT too', () => {
    expect(keys.tallyKey('t', null)).not.toEqual(keys.tallyKey('t', 'TENANT'));
  });
});

describe('the order of sort keys', () => {
  const versions = fc.integer({ min: 1, max: 9_999_999_999 });
  const moments = fc.integer({ min: 0, max: 4_000_000_000_000 });

  it('of the history is the order of versions', () => {
    fc.assert(
      fc.property(versions, versions, (a, b) => {
        const [keyA, keyB] = [keys.historyKey('t', 'x', a).SK, keys.historyKey('t', 'x', b).SK];
        expect(keyA < keyB).toBe(a < b);
      }),
    );
  });

  it('of windows is the order of their starts, and `windowsFrom` stands before all that start then', () => {
    fc.assert(
      fc.property(moments, moments, nasty, (a, b, taskId) => {
        const [start, other] = [instantAt(a) ?? T0, instantAt(b) ?? T0];
        const { SK } = keys.windowKey('t', userResource('u'), start, taskId);
        expect(SK > keys.WINDOWS_BEGIN).toBe(true);
        expect(SK > keys.windowsFrom(other)).toBe(a >= b);
      }),
    );
  });

  it('has the attachments right behind their task, and nothing of it between', () => {
    const task = keys.taskKey('t', 'x').SK;
    const others = [keys.commentKey('t', 'x', 'c').SK, keys.historyKey('t', 'x', 1).SK];
    const attachment = keys.attachmentKey('t', 'x', 'a').SK;
    expect(attachment.startsWith(keys.ATTACHMENT_PREFIX) && attachment > task).toBe(true);
    for (const other of others) expect(other > task && other < attachment).toBe(false);
  });
});

it('keys are readable where they can be', () => {
  expect(keys.windowKey('t1', userResource('u1'), instant('2026-03-01T08:00:00Z'), 'x1')).toEqual({
    PK: 'T#t1#USER#u1',
    SK: 'WINDOW#2026-03-01T08:00:00.000Z#x1',
  });
});
