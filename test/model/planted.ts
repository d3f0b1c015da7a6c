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
}

export const MIXES = ['contested', 'fickle'] as const;
export type Mix = (typeof MIXES)[number];

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

/** The same condition, but the version stays: all that the update does is count. */
const onlyChecked = ({ write, ...action }: TableAction): readonly TableAction[] => {
  if (write.Update === undefined) return [{ ...action, write }];
  const isMore = '#active_count' in (write.Update.ExpressionAttributeNames ?? {});
  const update = {
    ...write.Update,
    UpdateExpression: 'ADD #active_count :more',
    ExpressionAttributeNames: { ...write.Update.ExpressionAttributeNames, '#active_count': 'active_count' },
    ExpressionAttributeValues: { ...write.Update.ExpressionAttributeValues, ':more': isMore ? 1 : 0 },
  };
  return [{ ...action, write: { Update: withoutUnused(update) } }];
};

export const PLANTED: readonly Planted[] = [
  {
    what: 'the windows are read before the version of the calendar',
    make: () => ({
      guard:
        ({ guard, calendars, ledger }) =>
        async (call, move) => {
          const { take } = move.bookings;
          if (take?.holding.window === undefined) return guard(call, move);
          const seen = await calendars.overlapping(take.calendar, take.holding.window);
          const calendar = await calendars.find(call.tenantId, take.calendar.user_id);
          const late = makeGuard({ calendars: { overlapping: () => Promise.resolve(seen) }, ledger });
          const bookings = { ...move.bookings, take: { ...take, calendar: calendar ?? take.calendar } };
          return late(call, { ...move, bookings });
        },
    }),
  },
  {
    what: 'the windows are not looked at',
    make: () => ({
      guard:
        ({ ledger }) =>
        (call, { changes, answer, bookings }) =>
          ledger.commit(call, changes, answer, bookings),
    }),
  },
  {
    what: 'the calendar is written without its condition',
    make: () => onActions(['calendar taken from'], unconditioned),
  },
  {
    what: 'the version of the calendar is checked, but not moved',
    make: () => onActions(['calendar taken from'], onlyChecked),
  },
  {
    what: 'the change of a task has no condition',
    make: () => onActions(['task', 'history'], unconditioned),
  },
  {
    what: 'the window is not given back',
    make: () => left('holding given back'),
  },
  {
    what: 'the calendar is not told what was given back',
    make: () => left('calendar given back to'),
  },
  {
    what: 'a stale read is not retried',
    make: () => ({ retry: () => (attempt) => attempt(1) }),
  },
  {
    what: 'a stale read is answered as a conflict',
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
    make: () => ({
      calendars: (sound) => ({
        ...sound,
        survey: (tenantId, userIds, wanted) => sound.survey(tenantId, userIds, wanted, 'eventual'),
      }),
    }),
  },
  {
    what: 'a batch is written task by task',
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
    make: () => ({
      transact: (send) => (actions) =>
        actions.every(({ label }) => label === 'task') ? Promise.resolve() : send(actions),
    }),
  },
  {
    what: 'going inactive does not reach the calendar',
    make: () => left('calendar'),
  },
  {
    what: 'the idempotency record is not written',
    make: () => left('receipt'),
  },
  { what: 'the tally is not moved with the asset', make: () => left('tally') },
];
