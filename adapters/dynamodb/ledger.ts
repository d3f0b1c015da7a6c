import { tallyMoves } from '../../core/assets/asset.ts';
import type { Call, Receipt } from '../../core/call.ts';
import { idOf, isAbsence, type Calendar, type Holding } from '../../core/calendar/calendar.ts';
import { DomainError } from '../../core/errors.ts';
import { datedEditOf, lastChangeOf, lastChoiceOf, lastEditOf } from '../../core/events/last-change.ts';
import type { User } from '../../core/identity/directory.ts';
import type { BatchRecord, Bookings, Change, Ledger, Taking } from '../../core/ledger.ts';
import { LIMITS } from '../../core/limits.ts';
import { epochMilliseconds, type Clock, type Instant } from '../../core/time/instant.ts';
import * as items from './items.ts';
import {
  absenceKey,
  SHADOW_SHARDS,
  shadowCountKey,
  shadowExampleKey,
  batchKey,
  calendarKey,
  claimKey,
  openAssignmentKey,
  receiptKey,
  rosterKey,
  tallyKey,
  tenantKey,
  windowKey,
  type Claim,
  type Key,
} from './keys.ts';
import { requireSizes } from './size.ts';
import { KEY } from './table.ts';
import type { Action, Item } from './transaction.ts';

type Write = Action['write'];
type KeyedItem = Item & Key;

/** A change as actions, with the items it writes: their sizes are checked before anything is sent. */
interface Planned {
  readonly actions: readonly Action[];
  readonly written: readonly object[];
}

/** Writes domain changes: each becomes labelled actions of one transaction, with what their failed conditions mean. */
export const makeLedger = ({
  tableName,
  transact,
  clock,
}: {
  readonly tableName: string;
  readonly transact: (actions: readonly Action[]) => Promise<void>;
  readonly clock: Clock;
}): Ledger => {
  const put = (label: string, item: KeyedItem, refusal: () => DomainError): Planned => ({
    actions: [
      {
        label,
        write: {
          Put: { TableName: tableName, Item: item, ConditionExpression: `attribute_not_exists(${KEY.partition})` },
        },
        refusal,
      },
    ],
    written: [item],
  });

  const putOver = (label: string, item: KeyedItem): Planned => ({
    actions: [{ label, write: { Put: { TableName: tableName, Item: item } }, refusal: stale }],
    written: [item],
  });

  /** Replaces an item at the version seen; version 0 is one that is not there yet. */
  const putAtVersion = (label: string, item: KeyedItem, seen: number): Planned => {
    const condition: Pick<
      NonNullable<Write['Put']>,
      'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
    > = seen === 0
      ? { ConditionExpression: `attribute_not_exists(${KEY.partition})` }
      : {
          ConditionExpression: '#version = :seen',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':seen': seen },
        };
    return {
      actions: [{ label, write: { Put: { TableName: tableName, Item: item, ...condition } }, refusal: stale }],
      written: [item],
    };
  };

  const remove = (label: string, key: Key): Planned => ({
    actions: [{ label, write: { Delete: { TableName: tableName, Key: key } }, refusal: stale }],
    written: [],
  });

  const claim = (tenantId: string, kind: Claim, value: string, id: string, field: string): Planned =>
    put(`claim ${kind}`, { ...claimKey(tenantId, kind, value), owner_id: id }, () => duplicate(field, value));

  /** Writes only what changed, so that two versions of the code can run side by side on one table. */
  const update = (
    label: string,
    before: KeyedItem,
    after: KeyedItem,
    seen: Readonly<Record<string, unknown>>,
  ): Planned => ({
    actions: [
      {
        label,
        write: {
          Update: {
            TableName: tableName,
            Key: keyOf(after),
            ...differenceOf(before, after),
            ...conditionOn(seen, differenceOf(before, after)),
          },
        },
        refusal: stale,
      },
    ],
    written: [after],
  });

  const add = (label: string, key: Key, amounts: Readonly<Record<string, number>>, condition?: string): Planned => {
    const names = Object.keys(amounts);
    const write: Write = {
      Update: {
        TableName: tableName,
        Key: key,
        UpdateExpression: `ADD ${names.map((_, index) => `#a${index} :a${index}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#a${index}`, name])),
        ExpressionAttributeValues: Object.fromEntries(names.map((name, index) => [`:a${index}`, amounts[name]])),
        ...(condition === undefined ? {} : { ConditionExpression: condition }),
      },
    };
    return { actions: [{ label, write, refusal: stale }], written: [] };
  };

  const exists = `attribute_exists(${KEY.partition})`;

  const plan = (change: Change): Planned => {
    switch (change.kind) {
      case 'tenant_created':
        return put('tenant', items.tenants.toItem(change.tenant), stale);
      case 'tenant_bootstrapped':
        return {
          actions: [
            {
              label: 'tenant',
              write: {
                Update: {
                  TableName: tableName,
                  Key: tenantKey(change.tenant.id),
                  UpdateExpression: 'SET bootstrapped = :true',
                  ConditionExpression: `${exists} AND attribute_not_exists(bootstrapped)`,
                  ExpressionAttributeValues: { ':true': true },
                },
              },
              refusal: () => new DomainError('tenant_has_users', 'The tenant has users: its admin exists already.', {}),
            },
          ],
          written: [],
        };
      case 'user_created': {
        const { user, calendar } = change;
        return all(
          claim(user.tenant_id, 'USERNAME', user.username, user.id, 'username'),
          put('user', items.users.toItem(user), stale),
          put('calendar', items.calendars.toItem(calendar), stale),
          put('roster', rosterEntry(user), stale),
        );
      }
      case 'user_changed': {
        const { before, after } = change;
        const changed = update('user', items.users.toItem(before), items.users.toItem(after), {
          version: before.version,
        });
        if (before.is_active === after.is_active) return changed;
        return all(changed, remove('roster before', keyOf(rosterEntry(before))), putOver('roster', rosterEntry(after)));
      }
      case 'calendar_changed': {
        const { before, after } = change;
        return update('calendar', items.calendars.toItem(before), items.calendars.toItem(after), {
          version: before.version,
        });
      }
      case 'role_created':
        return all(
          claim(change.role.tenant_id, 'ROLE_NAME', change.role.name, change.role.id, 'name'),
          put('role', items.roles.toItem(change.role), stale),
        );
      case 'role_changed': {
        const { before, after } = change;
        return update('role', items.roles.toItem(before), items.roles.toItem(after), { version: before.version });
      }
      case 'org_unit_created':
        return all(
          claim(change.orgUnit.tenant_id, 'ORG_UNIT_CODE', change.orgUnit.code, change.orgUnit.id, 'code'),
          put('org unit', items.orgUnits.toItem(change.orgUnit), stale),
        );
      case 'asset_created':
        return all(
          claim(change.asset.tenant_id, 'ASSET_CODE', change.asset.asset_code, change.asset.id, 'asset_code'),
          put('asset', items.assets.toItem(change.asset), stale),
          ...tallyMoves(undefined, change.asset).map(({ areaCode, total, available }) =>
            add('tally', tallyKey(change.asset.tenant_id, areaCode), { total, available, version: 1 }),
          ),
        );
      case 'asset_changed': {
        const { before, after } = change;
        return all(
          update('asset', items.assets.toItem(before), items.assets.toItem(after), { version: before.version }),
          ...tallyMoves(before, after).map(({ areaCode, total, available }) =>
            add('tally', tallyKey(after.tenant_id, areaCode), { total, available, version: 1 }),
          ),
        );
      }
      case 'tally_corrected': {
        const { area_code, version } = change.before;
        const write: Write = {
          Update: {
            TableName: tableName,
            Key: tallyKey(change.tenantId, area_code),
            UpdateExpression: 'SET #total = :total, #available = :available, #version = :next',
            // A tally that was written before moves were counted has no version.
            ConditionExpression: version === 0 ? 'attribute_not_exists(#version)' : '#version = :version',
            ExpressionAttributeNames: { '#total': 'total', '#available': 'available', '#version': 'version' },
            ExpressionAttributeValues: {
              ':total': change.after.total,
              ':available': change.after.available,
              ':next': version + 1,
              ...(version === 0 ? {} : { ':version': version }),
            },
          },
        };
        return { actions: [{ label: 'tally', write, refusal: stale }], written: [] };
      }
      case 'task_type_created':
        return all(
          claim(change.taskType.tenant_id, 'TYPE_CODE', change.taskType.code, change.taskType.id, 'code'),
          put('task type', items.taskTypes.toItem(change.taskType), stale),
        );
      case 'template_created':
        return all(
          claim(
            change.template.tenant_id,
            'TEMPLATE_KEY',
            change.template.template_key,
            change.template.id,
            'template_key',
          ),
          put('template', items.templates.toItem(change.template), stale),
        );
      case 'template_changed': {
        const { before, after } = change;
        const seen = { revision: before.revision, updated_at: before.updated_at };
        const changed = update(
          'template',
          items.templates.toItem(before),
          { ...items.templates.toItem(after), last_edit: lastEditOf(change) },
          seen,
        );
        if (before.revision === after.revision) return changed;
        return all(changed, put('revision before', items.templateRevisions.toItem(before), stale));
      }
      case 'task_type_changed': {
        const { before, after } = change;
        const seen = { version: before.version };
        return update(
          'task type',
          items.taskTypes.toItem(before),
          { ...items.taskTypes.toItem(after), last_edit: lastEditOf(change) },
          seen,
        );
      }
      case 'decision_made':
        return put('decision', items.decisions.toItem(change.decision), stale);
      case 'strategy_created': {
        const { strategy } = change;
        return all(
          claim(strategy.tenant_id, 'STRATEGY_VERSION', strategy.version, strategy.id, 'version'),
          put('strategy', items.strategies.toItem(strategy), stale),
        );
      }
      case 'strategy_retired': {
        const after = { ...items.strategies.toItem(change.after), last_edit: datedEditOf(change) };
        return update('strategy', items.strategies.toItem(change.before), after, { is_retired: false });
      }
      case 'strategies_chosen': {
        const { before, after, choice } = change;
        const item = items.chosenStrategies.toItem(after);
        const told = choice === undefined ? item : { ...item, last_choice: lastChoiceOf(choice) };
        return putAtVersion('chosen strategies', told, before.version);
      }
      case 'shadow_compared': {
        const { tenant_id, strategy_id, decision_id, selected_user_id, shadow_user_id } = change.comparison;
        const isOther = selected_user_id !== shadow_user_id;
        const shard = Number.parseInt(decision_id.slice(-2), 16) % SHADOW_SHARDS;
        const counted = add('shadow count', shadowCountKey(tenant_id, strategy_id, shard), {
          decisions: 1,
          disagreements: isOther ? 1 : 0,
        });
        if (!isOther) return counted;
        const example = { ...change.comparison, ...shadowExampleKey(tenant_id, strategy_id, decision_id) };
        return all(counted, putOver('shadow example', example));
      }
      case 'task_created':
        return put('task', items.tasks.toItem(change.task), stale);
      case 'batch_created':
        return put('batch', { ...change.batch, ...batchKey(change.batch.tenant_id, change.batch.id) }, stale);
      case 'task_changed': {
        const { before, after, entry } = change;
        return all(
          update(
            'task',
            items.tasks.toItem(before),
            { ...items.tasks.toItem(after), last_change: lastChangeOf(entry) },
            { version: before.version, state: before.state },
          ),
          put('history', items.historyEntries.toItem(entry), stale),
        );
      }
      case 'absence_added':
        return put(
          'absence',
          { ...items.absencesOf(change.tenantId).toItem(change.absence), tenant_id: change.tenantId },
          stale,
        );
      case 'absence_removed': {
        // It is marked, and goes with its expiry: who removed it could not be read off an item that is gone.
        const write: Write = {
          Update: {
            TableName: tableName,
            Key: absenceKey(change.tenantId, change.absence.user_id, change.absence.id),
            UpdateExpression: 'SET #removal = :removal, #expiry = :expiry',
            ConditionExpression: `${exists} AND attribute_not_exists(#removal)`,
            ExpressionAttributeNames: { '#removal': items.REMOVAL, '#expiry': KEY.expiry },
            ExpressionAttributeValues: {
              ':removal': datedEditOf(change),
              ':expiry': secondsOf(change.at) + LIMITS.removedAbsenceHours * 3_600,
            },
          },
        };
        return { actions: [{ label: 'absence', write, refusal: stale }], written: [] };
      }
      case 'attachment_added':
        return put('attachment', items.attachmentsOf(change.task).toItem(change.attachment), stale);
      case 'comment_added':
        return put('comment', items.commentsOf(change.task).toItem(change.comment), stale);
    }
  };

  /** The guard's writes. A calendar is written once, whatever is taken from it and given back to it. */
  const planBookings = (tenantId: string, { take, release, refresh }: Bookings): Planned => {
    const isSameUser = take !== undefined && take.calendar.user_id === release?.userId;
    const taken = take === undefined ? undefined : holdingItem(tenantId, take.calendar.user_id, take.holding);
    const given = release === undefined ? undefined : holdingItem(tenantId, release.userId, release.holding);
    const plans: Planned[] = [];
    if (take !== undefined) plans.push(takeFrom(take, isSameUser));
    if (release !== undefined && !isSameUser) {
      const key = calendarKey(tenantId, release.userId);
      plans.push(
        add('calendar given back to', key, { version: 1, active_count: 0 - workloadOf(release.holding) }, exists),
      );
    }
    if (taken !== undefined) plans.push(putOver('holding', taken));
    if (given !== undefined && (taken === undefined || !isSameKey(given, taken))) {
      plans.push(remove('holding given back', keyOf(given)));
    }
    if (refresh !== undefined) plans.push(putOver('holding', holdingItem(tenantId, refresh.userId, refresh.holding)));
    return all(...plans);
  };

  const takeFrom = ({ calendar, holding }: Taking, isMove: boolean): Planned => {
    const version = calendar.version + 1;
    const taken = isAbsence(holding)
      ? { version, absence_id: holding.absence_id, window: holding.window }
      : { version, task_id: holding.task_id, name: holding.name, window: holding.window };
    const after: Calendar = {
      ...calendar,
      version,
      active_count: calendar.active_count + (isMove ? 0 : workloadOf(holding)),
      recent: [taken, ...calendar.recent].slice(0, LIMITS.recentTakings),
    };
    return update('calendar taken from', items.calendars.toItem(calendar), items.calendars.toItem(after), {
      version: calendar.version,
    });
  };

  const planReceipt = (receipt: Receipt, answer: unknown, batch: BatchRecord | undefined): Planned => {
    const { status, headers, compressedBody } = receipt.seal(answer);
    if (compressedBody.byteLength > LIMITS.keptAnswerBytes) {
      const details = { limit: LIMITS.keptAnswerBytes, size: compressedBody.byteLength };
      const message = `The answer would take ${details.size} bytes compressed; ${details.limit} can be kept for an Idempotency-Key. Send fewer tasks.`;
      throw new DomainError('item_too_large', message, details);
    }
    const now = secondsOf(clock());
    const item = {
      ...receiptKey(receipt.tenantId, receipt.key),
      fingerprint: receipt.fingerprint,
      status,
      headers,
      body: compressedBody,
      [KEY.expiry]: now + LIMITS.idempotencyHours * 3_600,
      ...(batch === undefined ? {} : { batch }),
    };
    // TTL removes items late: one that has expired counts as absent.
    const write: Write = {
      Put: {
        TableName: tableName,
        Item: item,
        ConditionExpression: `attribute_not_exists(${KEY.partition}) OR #expiry <= :now`,
        ExpressionAttributeNames: { '#expiry': KEY.expiry },
        ExpressionAttributeValues: { ':now': now },
      },
    };
    const refusal = () => new DomainError('twin_committed', 'A request with the same Idempotency-Key was faster.', {});
    return { actions: [{ label: 'receipt', write, refusal }], written: [item] };
  };

  return {
    commit: async (call: Call, changes, answer, bookings = {}) => {
      // A batch of 99 fills the transaction with its record: with a receipt, that record is the receipt.
      const batch = changes.find((change) => change.kind === 'batch_created')?.batch;
      const { receipt } = call;
      const own = receipt === undefined ? changes : changes.filter(({ kind }) => kind !== 'batch_created');
      const planned = all(
        // The receipt comes first: when a twin was faster, that is the answer, whatever else the twin made fail.
        ...(receipt === undefined ? [] : [planReceipt(receipt, answer, batch)]),
        ...own.map(plan),
        planBookings(call.tenantId, bookings),
      );
      requireSizes(planned.written);
      if (call.validateOnly === true) return;
      await transact(planned.actions);
    },
  };
};

const all = (...plans: readonly Planned[]): Planned => ({
  actions: plans.flatMap(({ actions }) => actions),
  written: plans.flatMap(({ written }) => written),
});

const secondsOf = (at: Instant): number => Math.floor(epochMilliseconds(at) / 1_000);

const stale = (): DomainError => new DomainError('stale_read', 'What was read has changed since.', {});

const duplicate = (field: string, value: string): DomainError =>
  new DomainError(
    'duplicate',
    `The ${field} "${value}" is taken in this tenant.`,
    { field },
    {
      problems: [{ pointer: `/${field}`, code: 'duplicate', message: `"${value}" is taken in this tenant.` }],
    },
  );

const keyOf = ({ PK, SK }: Key): Key => ({ PK, SK });
const isSameKey = (a: Key, b: Key): boolean => a.PK === b.PK && a.SK === b.SK;

const rosterEntry = ({ tenant_id, id, is_active }: User): KeyedItem => ({
  ...rosterKey(tenant_id, id, is_active),
  user_id: id,
});

/** An absence is no work. */
const workloadOf = (holding: Holding): number => (isAbsence(holding) ? 0 : 1);

const holdingItem = (tenantId: string, userId: string, holding: Holding): KeyedItem => ({
  ...(holding.window === undefined
    ? openAssignmentKey(tenantId, userId, idOf(holding))
    : windowKey(tenantId, userId, holding.window.start, idOf(holding))),
  ...holding,
});

interface Expression {
  readonly UpdateExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

const isSameValue = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** The update that makes `before` into `after`, attribute by attribute. */
const differenceOf = (before: KeyedItem, after: KeyedItem): Expression => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !isSameValue(before[name], after[name]),
  );
  const set = names.filter((name) => after[name] !== undefined);
  const gone = names.filter((name) => after[name] === undefined);
  const clauses = [
    ...(set.length === 0 ? [] : [`SET ${set.map((name) => `#${name} = :${name}`).join(', ')}`]),
    ...(gone.length === 0 ? [] : [`REMOVE ${gone.map((name) => `#${name}`).join(', ')}`]),
  ];
  return {
    UpdateExpression: clauses.join(' '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(set.map((name) => [`:${name}`, after[name]])),
  };
};

/** The condition that the item is still as it was seen, joined to the names and values of its update. */
const conditionOn = (seen: Readonly<Record<string, unknown>>, expression: Expression) => ({
  ConditionExpression: Object.keys(seen)
    .map((name) => `#${name} = :seen_${name}`)
    .join(' AND '),
  ExpressionAttributeNames: {
    ...expression.ExpressionAttributeNames,
    ...Object.fromEntries(Object.keys(seen).map((name) => [`#${name}`, name])),
  },
  ExpressionAttributeValues: {
    ...expression.ExpressionAttributeValues,
    ...Object.fromEntries(Object.entries(seen).map(([name, value]) => [`:seen_${name}`, value])),
  },
});
