import { DomainError, isRefusal } from '../../core/errors.ts';
import { makeGuard, scheduleConflict } from '../../core/calendar/guard.ts';
import type { HeldWindow } from '../../core/calendar/calendar.ts';
import type { Action as TableAction } from '../../adapters/dynamodb/transaction.ts';
import type { Faulty } from './service.ts';

/**
 * A fault for each line of the guard protocol: the line taken out. They are put between the parts of the service, by
 * the labels of the table's actions and the ports of the core; the source stays as it is.
 *
 * Not among them: the condition on the task alone, or the condition on its history alone. Either suffices, because the
 * history entry is numbered by the version that the change makes; the fault below takes out both.
 */
export interface Planted {
  readonly what: string;
  /** Which requests it takes: rivals for the same users, unless it says otherwise. */
  readonly mix?: Mix;
  readonly make: () => Faulty;
  /** What the judge has to say for it to count as found. */
  readonly found: RegExp;
}

export const MIXES = ['contested', 'fickle'] as const;
export type Mix = (typeof MIXES)[number];

const DOUBLE_BOOKING =
  /at that moment: (schedule_conflict|no_conflict_free_candidate)|, not one of |^windows_disjoint/m;
const WRONG_COUNT = /^active_count/m;

const onActions = (labels: readonly string[], change: (action: TableAction) => readonly TableAction[]): Faulty => ({
  transact: (send) => (actions) =>
    send(actions.flatMap((action) => (labels.includes(action.label) ? change(action) : [action]))),
});

const left = (...labels: readonly string[]): Faulty => onActions(labels, () => []);

/** Without its condition, and without the values that only the condition uses: DynamoDB refuses unused ones. */
const unconditioned = ({ write, ...action }: TableAction): readonly TableAction[] => {
  if (write.Put !== undefined) {
    const { ConditionExpression: _, ExpressionAttributeNames: _n, ExpressionAttributeValues: _v, ...put } = write.Put;
    return [{ ...action, write: { Put: put } }];
  }
  if (write.Update === undefined) return [{ ...action, write }];
  const { ConditionExpression: _, ...update } = write.Update;
  return [{ ...action, write: { Update: withoutUnused(update) } }];
};

type Update = NonNullable<TableAction['write']['Update']>;

const withoutUnused = (update: Update): Update => {
  const text = `${update.UpdateExpression ?? ''} ${update.ConditionExpression ?? ''}`;
  const used = (name: string): boolean => new RegExp(`${name}\\b`).test(text);
  const kept = <T>(all: Record<string, T> = {}) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => used(name)));
  return {
    ...update,
    ExpressionAttributeNames: kept(update.ExpressionAttributeNames),
    ExpressionAttributeValues: kept(update.ExpressionAttributeValues),
  };
};

/** The same condition, but the version stays: all that the update does is count one more. */
const onlyChecked = ({ write, ...action }: TableAction): readonly TableAction[] => {
  if (write.Update === undefined) return [{ ...action, write }];
  const UpdateExpression = 'ADD #active_count :one';
  const update = {
    ...write.Update,
    UpdateExpression,
    ExpressionAttributeNames: { ...write.Update.ExpressionAttributeNames, '#active_count': 'active_count' },
    ExpressionAttributeValues: { ...write.Update.ExpressionAttributeValues, ':one': 1 },
  };
  return [{ ...action, write: { Update: withoutUnused(update) } }];
};

export const PLANTED: readonly Planted[] = [
  {
    what: 'the windows are read before the version of the calendar',
    found: DOUBLE_BOOKING,
    make: () => ({
      guard:
        ({ guard, calendars, ledger }) =>
        async (call, move) => {
          const { take } = move.bookings;
          if (take?.holding.window === undefined) return guard(call, move);
          const seen = await calendars.overlapping(take.calendar, take.holding.window);
          const calendar = await calendars.find(call.tenantId, take.calendar.user_id);
          const late = makeGuard({ calendars: { overlapping: () => Promise.resolve(seen) }, ledger });
          return late(call, { ...move, bookings: { take: { ...take, calendar: calendar ?? take.calendar } } });
        },
    }),
  },
  {
    what: 'the windows are not looked at',
    found: DOUBLE_BOOKING,
    make: () => ({
      guard:
        ({ ledger }) =>
        (call, { changes, answer, bookings }) =>
          ledger.commit(call, changes, answer, bookings),
    }),
  },
  {
    what: 'the calendar is written without its condition',
    found: new RegExp(`${DOUBLE_BOOKING.source}|${WRONG_COUNT.source}`, 'm'),
    make: () => onActions(['calendar taken from'], unconditioned),
  },
  {
    what: 'the version of the calendar is checked, but not moved',
    found: DOUBLE_BOOKING,
    make: () => onActions(['calendar taken from'], onlyChecked),
  },
  {
    what: 'the change of a task has no condition',
    found: /committed, but at that moment: (illegal_transition|precondition_failed)|version is/,
    make: () => onActions(['task', 'history'], unconditioned),
  },
  {
    what: 'the window is not given back',
    found: /^holding_of_task|true at no moment/m,
    make: () => left('holding given back'),
  },
  {
    what: 'the calendar is not told what was given back',
    found: WRONG_COUNT,
    make: () => left('calendar given back to'),
  },
  {
    what: 'a stale read is not retried',
    found: /answered 503 stale_read, which was true at no moment/,
    make: () => ({ retry: () => (attempt) => attempt(1) }),
  },
  {
    what: 'a stale read is answered as a conflict',
    found: /answered 409 schedule_conflict, which was true at no moment/,
    make: () => ({
      guard:
        ({ guard }) =>
        async (call, move) =>
          guard(call, move).catch((error: unknown) => {
            throw isRefusal(error, 'stale_read')
              ? new DomainError('schedule_conflict', 'overlapping assignment', { conflicts: [] })
              : error;
          }),
    }),
  },
  {
    what: 'the windows are read from an old snapshot',
    found: new RegExp(`${DOUBLE_BOOKING.source}|true at no moment`, 'm'),
    make: () => {
      const last = new Map<string, readonly HeldWindow[]>();
      return {
        calendars: (sound) => ({
          ...sound,
          overlapping: async (calendar, wanted) => {
            const name = `${calendar.user_id} ${wanted.start} ${wanted.end}`;
            const old = last.get(name) ?? [];
            last.set(name, await sound.overlapping(calendar, wanted));
            return old;
          },
        }),
      };
    },
  },
  {
    what: 'the window that the task itself holds counts as a conflict',
    found: /answered 409 schedule_conflict, which was true at no moment/,
    make: () => ({
      guard:
        ({ guard, calendars }) =>
        async (call, move) => {
          const { take } = move.bookings;
          if (take?.holding.window === undefined) return guard(call, move);
          const held = await calendars.overlapping(take.calendar, take.holding.window);
          if (held.length > 0) throw scheduleConflict(take.calendar.user_id, held);
          return guard(call, move);
        },
    }),
  },
  {
    what: 'a window that contains the wanted one is missed',
    found: DOUBLE_BOOKING,
    make: () => ({
      calendars: (sound) => ({
        ...sound,
        overlapping: async (calendar, wanted) => {
          const held = await sound.overlapping(calendar, wanted);
          return held.filter(({ window }) => window.start > wanted.start || window.end < wanted.end);
        },
      }),
    }),
  },
  {
    what: 'nobody is free, says a look that may lag',
    mix: 'fickle',
    found: /answered 409 (no_conflict_free_candidate|no_candidates), which was true at no moment/,
    make: () => ({
      calendars: (sound) => ({
        ...sound,
        survey: (tenantId, userIds, wanted) => sound.survey(tenantId, userIds, wanted, 'eventual'),
      }),
    }),
  },
  {
    what: 'a batch is written task by task',
    found: /committed more than once/,
    make: () => ({
      transact: (send) => async (actions) => {
        const isBatch = actions.filter(({ label }) => label === 'task').length > 1;
        if (!isBatch) return send(actions);
        for (const action of actions) await send([action]);
      },
    }),
  },
  {
    what: 'a task is acknowledged, but not written',
    found: /neither committed nor replayed/,
    make: () => ({
      transact: (send) => (actions) =>
        actions.every(({ label }) => label === 'task') ? Promise.resolve() : send(actions),
    }),
  },
  {
    what: 'going inactive does not reach the calendar',
    found: /at that moment: inactive_user|^calendar_of_users|true at no moment/m,
    make: () => left('calendar'),
  },
  {
    what: 'the idempotency record is not written',
    found: /at that moment: (replay|idempotency_key_reused)|true at no moment/,
    make: () => left('receipt'),
  },
  { what: 'the tally is not moved with the asset', found: /^tally_of_assets/m, make: () => left('tally') },
];
