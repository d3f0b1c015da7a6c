import * as z from 'zod';
import { scheduleConflict } from '../unit/refusals.ts';
import { DomainError, isRefusal } from '../../core/errors.ts';
import { makeGuard } from '../../core/calendar/guard.ts';
import type { Asset } from '../../core/assets/asset.ts';
import type { Bookings, Taking } from '../../core/calendar/bookings.ts';
import {
  isAbsence,
  resourceOf,
  type AssetCalendar,
  type Calendar,
  type HeldWindow,
  type ResourceCalendar,
} from '../../core/calendar/calendar.ts';
import type { Window } from '../../core/calendar/window.ts';
import type { Action as TableAction } from '../../adapters/dynamodb/transaction.ts';
import { lackOf, type Grant } from '../../core/qualifications/grants.ts';
import { OVERRIDABLE, overrideSchema, type Override } from '../../core/tasks/override.ts';
import { instantSchema, type Instant } from '../../core/time/instant.ts';
import { isWorking } from '../../core/working-hours/hours.ts';
import type { Faulty } from './service.ts';
import { CODE, planIn } from './world.ts';

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

export const MIXES = ['contested', 'fickle', 'replanned', 'planned', 'equipped', 'operated', 'qualified'] as const;
export type Mix = (typeof MIXES)[number];

const onActions = (labels: readonly string[], change: (action: TableAction) => readonly TableAction[]): Faulty => ({
  transact: (send) => async (actions) => {
    const sent = actions.flatMap((action) => (labels.includes(action.label) ? change(action) : [action]));
    // A request that found its content there commits its receipt alone: without it there is nothing to send.
    if (sent.length > 0) await send(sent);
  },
});

const left = (...labels: readonly string[]): Faulty => onActions(labels, () => []);

type Actions = readonly TableAction[];
const hasLabel = (actions: Actions, label: string): boolean => actions.some((action) => action.label === label);

/** A fault in the transactions that a change makes, told by the labels of their actions. */
const inTransactions = (is: (actions: Actions) => boolean, change: (action: TableAction) => Actions): Faulty => ({
  transact: (send) => (actions) => send(is(actions) ? actions.flatMap(change) : actions),
});
/** A window that is moved within a calendar: taken and given back at once. */
const isMove = (actions: Actions): boolean =>
  hasLabel(actions, 'calendar taken from') && !hasLabel(actions, 'calendar given back to') && !isNew(actions);
const isReassign = (actions: Actions): boolean =>
  hasLabel(actions, 'calendar taken from') && hasLabel(actions, 'calendar given back to');
const isOfAbsence = (actions: Actions): boolean => hasLabel(actions, 'absence');
/** A history entry tells what was done. */
const isAction =
  (...names: readonly string[]) =>
  (actions: Actions): boolean =>
    actions.some(({ label, write }) => label === 'history' && names.includes(String(write.Put?.Item?.['action'])));
const isNew = (actions: Actions): boolean => isOfAbsence(actions) || isAction('dispatched')(actions);
const dropping =
  (...labels: readonly string[]) =>
  (action: TableAction): Actions =>
    labels.includes(action.label) ? [] : [action];

/** The calendar counts one assignment more than it should. */
const miscounted = (action: TableAction): Actions => {
  const { Update } = action.write;
  if (action.label !== 'calendar taken from' || Update === undefined) return [action];
  const names = { ...Update.ExpressionAttributeNames, '#active_count': 'active_count' };
  const more = { ...Update.ExpressionAttributeValues, ':more': 1 };
  const UpdateExpression = `${Update.UpdateExpression ?? ''} ADD #active_count :more`;
  const update = { ...Update, UpdateExpression, ExpressionAttributeNames: names, ExpressionAttributeValues: more };
  return [{ ...action, write: { Update: update } }];
};

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

/** Whether a user takes and gives back at once. */
const isOwnMove = ({ take = [], release = [] }: Bookings): boolean =>
  take.some(({ calendar }) => release.some(({ resource }) => resource.id === resourceOf(calendar).id));

export const PLANTED: readonly Planted[] = [
  {
    what: 'the windows are read before the version of the calendar',
    make: () => ({
      guard:
        ({ guard, calendars, commit }) =>
        async (call, move) => {
          const [take] = move.bookings.take ?? [];
          if (take?.holding.window === undefined) return guard(call, move);
          const seen = await calendars.overlapping(take.calendar, take.holding.window);
          const calendar = await calendars.find(call.tenantId, resourceOf(take.calendar).id);
          const late = makeGuard({ calendars: { overlapping: () => Promise.resolve(seen) }, commit });
          const bookings = { ...move.bookings, take: [{ ...take, calendar: calendar ?? take.calendar }] };
          return late(call, { ...move, bookings });
        },
    }),
  },
  {
    what: 'the windows are not looked at',
    make: () => ({
      guard:
        ({ commit }) =>
        (call, { changes, answer, bookings }) =>
          commit(call, changes, answer, bookings),
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
              ? new DomainError('schedule_conflict', 'overlapping assignment', { conflicts: [], violations: [] })
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
            const name = `${resourceOf(calendar).id} ${wanted.start} ${wanted.end}`;
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
          const [take] = move.bookings.take ?? [];
          if (take?.holding.window === undefined) return guard(call, move);
          const held = await calendars.overlapping(take.calendar, take.holding.window);
          if (held.length > 0) throw scheduleConflict(resourceOf(take.calendar).id, held);
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
    mix: 'planned',
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

  // Change of plan.
  {
    what: 'a window that is moved is not given back where it was',
    mix: 'replanned',
    make: () => inTransactions(isMove, dropping('holding given back')),
  },
  {
    what: 'a window that is moved is not taken where it goes',
    mix: 'replanned',
    make: () => inTransactions(isMove, dropping('holding')),
  },
  {
    what: 'a window that is moved counts once more',
    mix: 'replanned',
    make: () => inTransactions(isMove, miscounted),
  },
  {
    what: 'a window is moved without a look at the others',
    mix: 'replanned',
    make: () => ({
      guard:
        ({ guard, commit }) =>
        (call, move) => {
          return isOwnMove(move.bookings) ? commit(call, move.changes, move.answer, move.bookings) : guard(call, move);
        },
    }),
  },
  {
    what: 'who is reassigned a window that is taken makes the old one lose it',
    mix: 'replanned',
    make: () => ({
      guard:
        ({ guard, commit }) =>
        async (call, move) => {
          const { take, release } = move.bookings;
          if (take === undefined || release === undefined || isOwnMove(move.bookings)) return guard(call, move);
          const { receipt: _, ...without } = call;
          await commit(without, [], undefined, { release });
          return guard(call, { ...move, bookings: { take } });
        },
    }),
  },
  {
    what: 'the one who loses a task to another keeps its window',
    mix: 'replanned',
    make: () => inTransactions(isReassign, dropping('holding given back')),
  },
  {
    what: 'the calendar that loses a task to another is not told',
    mix: 'replanned',
    make: () => inTransactions(isReassign, dropping('calendar given back to')),
  },
  {
    what: 'the window of an unassigned task stays held',
    mix: 'replanned',
    make: () => inTransactions(isAction('unassigned'), dropping('holding given back', 'calendar given back to')),
  },
  {
    what: 'what was approved stays approved when it is amended',
    mix: 'planned',
    make: () =>
      onActions(['task', 'history'], (action) => {
        const { Update, Put } = action.write;
        const isAmended = Put?.Item?.['action'] === 'amended';
        if (Put !== undefined && isAmended)
          return [{ ...action, write: { Put: { ...Put, Item: { ...Put.Item, to_state: Put.Item?.['from_state'] } } } }];
        const values = Update?.ExpressionAttributeValues;
        if (Update === undefined || values?.[':seen_state'] !== 'APPROVED' || values[':state'] !== 'DRAFT')
          return [action];
        const same = { ...values, ':state': 'APPROVED' };
        return [{ ...action, write: { Update: { ...Update, ExpressionAttributeValues: same } } }];
      }),
  },

  // Absences.
  {
    what: 'the guard does not see absences',
    mix: 'replanned',
    make: () => ({
      calendars: (sound) => ({
        ...sound,
        overlapping: async (calendar, wanted) =>
          (await sound.overlapping(calendar, wanted)).filter((holding) => !isAbsence(holding)),
      }),
    }),
  },
  {
    what: 'an absence is entered past the guard',
    mix: 'replanned',
    make: () => ({
      guard:
        ({ guard, commit }) =>
        (call, move) =>
          move.changes.some(({ kind }) => kind === 'absence_added')
            ? commit(call, move.changes, move.answer, move.bookings)
            : guard(call, move),
    }),
  },
  {
    what: 'an absence does not move the version of the calendar',
    mix: 'replanned',
    make: () =>
      inTransactions(isOfAbsence, (action) =>
        action.label === 'calendar taken from' ? onlyChecked(action) : [action],
      ),
  },
  {
    what: 'an absence counts as work',
    mix: 'replanned',
    make: () => inTransactions(isOfAbsence, miscounted),
  },
  {
    what: 'the time of an absence that is removed stays taken',
    mix: 'replanned',
    make: () => inTransactions(isOfAbsence, dropping('holding given back')),
  },
  {
    what: 'an absence is kept and its time is not',
    mix: 'replanned',
    make: () => inTransactions(isOfAbsence, dropping('holding')),
  },

  // Previews and plans.
  {
    what: 'a preview is carried out',
    mix: 'planned',
    make: () => ({
      guard:
        ({ guard }) =>
        (call, move) =>
          guard({ ...call, validateOnly: false }, move),
    }),
  },
  {
    what: 'a preview does not ask the guard',
    make: () => ({
      guard:
        ({ guard }) =>
        (call, move) =>
          call.validateOnly === true ? Promise.resolve() : guard(call, move),
    }),
  },
  {
    what: 'a plan token is not compared with what there is',
    mix: 'planned',
    make: () => ({
      autoDispatch: (sound) => (call, taskId, draft) => {
        if (draft.plan_token === undefined) return sound(call, taskId, draft);
        const { plan_token, ...rest } = draft;
        return sound(call, taskId, { ...rest, candidate_user_ids: planIn(plan_token).calendars.map(([id]) => id) });
      },
    }),
  },
  {
    what: 'a plan token is compared with the task alone',
    mix: 'planned',
    make: () => ({
      autoDispatch: (sound) => async (call, taskId, draft) => {
        if (draft.plan_token === undefined) return sound(call, taskId, draft);
        const { version, calendars } = planIn(draft.plan_token);
        const named = { candidate_user_ids: calendars.map(([id]) => id) };
        const fresh = await sound(call, taskId, { ...named, validate_only: true }).catch(() => undefined);
        const isSame = fresh?.plan_token !== undefined && planIn(fresh.plan_token).version === version;
        return sound(call, taskId, isSame ? { plan_token: fresh.plan_token } : draft);
      },
    }),
  },

  // Templates that evolve.
  {
    what: 'the revision before is not kept',
    mix: 'planned',
    make: () => left('revision before'),
  },
  {
    what: 'of two revisions at once the last one wins',
    mix: 'planned',
    make: () => onActions(['template', 'revision before'], unconditioned),
  },
  {
    what: 'a task does not keep the revision that it was made from',
    mix: 'planned',
    make: () => ({
      references: (sound) => ({
        read: async (tenantId, ids) => {
          const read = await sound.read(tenantId, ids);
          const first = [...read.templates].map(([id, template]) => [id, { ...template, revision: 1 }] as const);
          return { ...read, templates: new Map(first) };
        },
      }),
    }),
  },
  {
    what: 'a template that is out of use makes tasks',
    mix: 'planned',
    make: () => ({
      references: (sound) => ({
        read: async (tenantId, ids) => {
          const read = await sound.read(tenantId, ids);
          const used = [...read.templates].map(([id, template]) => [id, { ...template, is_active: true }] as const);
          return { ...read, templates: new Map(used) };
        },
      }),
    }),
  },
  {
    what: 'the decision behind an auto-dispatch is not kept',
    make: () => left('decision'),
  },

  // Equipment, buffers and hours.
  {
    what: 'the windows of an asset are not looked at',
    mix: 'equipped',
    make: () => ({
      calendars: (sound) => ({
        ...sound,
        overlapping: (calendar, wanted) =>
          'asset_id' in calendar ? Promise.resolve([]) : sound.overlapping(calendar, wanted),
      }),
    }),
  },
  {
    what: 'the windows of an asset are read before the version of its calendar',
    mix: 'equipped',
    make: () => ({
      guard:
        ({ calendars, commit }) =>
        async (call, move) => {
          const seen = new Map<string, readonly HeldWindow[]>();
          const take = await Promise.all(
            (move.bookings.take ?? []).map(async (one) => {
              const { calendar, holding } = one;
              if (!('asset_id' in calendar) || holding.window === undefined) return one;
              seen.set(calendar.asset_id, await calendars.overlapping(calendar, holding.window));
              const [late] = await calendars.surveyAssets(call.tenantId, [calendar.asset_id], undefined, 'strong');
              return late === undefined ? one : { ...one, calendar: late.calendar };
            }),
          );
          const overlapping = (calendar: ResourceCalendar, wanted: Window) =>
            ('asset_id' in calendar ? seen.get(calendar.asset_id) : undefined) ??
            calendars.overlapping(calendar, wanted);
          const late = makeGuard({ calendars: { overlapping: async (...of) => overlapping(...of) }, commit });
          return late(call, { ...move, bookings: { ...move.bookings, ...(take.length === 0 ? {} : { take }) } });
        },
    }),
  },
  {
    what: 'the calendar of an asset is written whatever its version',
    mix: 'equipped',
    make: () => onAssets(['calendar taken from'], unconditioned),
  },
  {
    what: 'an asset holds no window',
    mix: 'equipped',
    make: () => onAssets(['holding'], () => []),
  },
  {
    what: 'an asset is not released when its task ends',
    mix: 'equipped',
    make: () => ({
      transact: (send) => (actions) => {
        const isEnd = isAction('state_changed')(actions);
        const kept = actions.filter((one) => !isOfAsset(one) || !BACK.includes(one.label));
        return send(isEnd ? kept : actions);
      },
    }),
  },
  {
    what: 'an asset that is swapped for another keeps its window',
    mix: 'equipped',
    make: () => ({
      guard:
        ({ commit, calendars }) =>
        (call, move) => {
          const { take = [], release = [] } = move.bookings;
          const kept = release.filter(({ resource }) => resource.kind === 'user' || take.length === 0);
          const sound = makeGuard({ calendars, commit });
          return sound(call, { ...move, bookings: { ...move.bookings, release: kept } });
        },
    }),
  },
  {
    what: 'whether an asset is still available is not checked by the commit',
    mix: 'equipped',
    make: () => left('asset taken'),
  },
  {
    what: 'an asset that is out of use is taken',
    mix: 'equipped',
    make: () => onTakings((one) => (one.asset === undefined ? one : { ...one, asset: asAvailable(one.asset) })),
  },
  {
    what: 'a buffer is forgotten when a task is given to another',
    mix: 'equipped',
    make: () => onTakings((one, { release = [] }) => (release.length === 0 ? one : withoutBuffer(one))),
  },
  {
    what: 'a buffer is forgotten when a task is dispatched',
    mix: 'equipped',
    make: () => onTakings((one, { release = [] }) => (release.length === 0 ? withoutBuffer(one) : one)),
  },
  {
    what: 'the guard knows no working hours',
    mix: 'equipped',
    make: () => onTakings((one) => ({ ...one, calendar: { ...one.calendar, working_hours: null } })),
  },
  {
    what: 'other working hours do not move the version of the calendar',
    mix: 'equipped',
    make: () => unmovedBy('#working_hours'),
  },

  // Hours and maintenance of equipment.
  {
    what: 'the guard knows no hours of operation',
    mix: 'operated',
    make: () => onTakings((one) => alwaysOn(one)),
  },
  {
    what: 'hours of operation are held against the planned window, not the held one',
    mix: 'operated',
    make: () =>
      onTakings((one) => {
        const { calendar, holding } = one;
        const planned = isAbsence(holding) ? undefined : holding.planned;
        return planned !== undefined && isWorking(calendar.working_hours, planned) ? alwaysOn(one) : one;
      }),
  },
  {
    what: 'equipment that is moved with its task is not asked for its hours',
    mix: 'operated',
    make: () => onTakings((one, bookings) => (isOwnMove(bookings) ? alwaysOn(one) : one)),
  },
  {
    what: 'hours of operation are remembered from the first look',
    mix: 'operated',
    make: () => {
      const first = new Map<string, AssetCalendar['working_hours']>();
      return {
        calendars: (sound) => ({
          ...sound,
          surveyAssets: async (...of) =>
            (await sound.surveyAssets(...of)).map(({ calendar, overlapping }) => {
              const { asset_id } = calendar;
              if (!first.has(asset_id)) first.set(asset_id, calendar.working_hours);
              return { calendar: { ...calendar, working_hours: first.get(asset_id) ?? null }, overlapping };
            }),
        }),
      };
    },
  },
  {
    what: 'other hours of operation do not move the version of the calendar',
    mix: 'operated',
    make: () => unmovedBy('#working_hours', 'asset calendar'),
  },
  {
    what: 'the guard does not see the maintenance of equipment',
    mix: 'operated',
    make: () => ({
      calendars: (sound) => ({
        ...sound,
        overlapping: async (calendar, wanted) =>
          (await sound.overlapping(calendar, wanted)).filter(
            (holding) => !('asset_id' in calendar) || !isAbsence(holding),
          ),
      }),
    }),
  },
  {
    what: 'maintenance is entered past the guard',
    mix: 'operated',
    make: () => ({
      guard:
        ({ guard, commit }) =>
        (call, move) =>
          move.changes.some(({ kind }) => kind === 'absence_added')
            ? commit(call, move.changes, move.answer, move.bookings)
            : guard(call, move),
    }),
  },
  {
    what: 'maintenance does not move the version of the calendar',
    mix: 'operated',
    make: () =>
      inTransactions(isOfAbsence, (action) =>
        action.label === 'calendar taken from' && isOfAsset(action) ? onlyChecked(action) : [action],
      ),
  },
  {
    what: 'the time of a maintenance that is removed stays taken',
    mix: 'operated',
    make: () =>
      inTransactions(isOfAbsence, (action) =>
        action.label === 'holding given back' && isOfAsset(action) ? [] : [action],
      ),
  },

  // Qualifications, and rules that are set aside.
  {
    what: 'qualifications and hours are set aside for everybody',
    mix: 'qualified',
    make: () => onTakings((one) => ({ ...one, overridden: OVERRIDABLE })),
  },
  {
    what: 'the end of a grant is compared with now, not with the end of the window',
    mix: 'qualified',
    make: () => onGrants((grant, { at }) => (lackAt(grant, at) ? grant : { ...grant, valid_until: null })),
  },
  {
    what: 'the end of a grant is compared with the start of the window',
    mix: 'qualified',
    make: () =>
      onGrants((grant, { at, holding }) =>
        lackAt(grant, holding.window?.start ?? at) ? grant : { ...grant, valid_until: null },
      ),
  },
  {
    what: 'the hour behind the planned end needs no qualification',
    mix: 'qualified',
    make: () =>
      onGrants((grant, { holding }) => {
        const { window } = holding;
        const planned = isAbsence(holding) ? window : (holding.planned ?? window);
        const isEnough = planned !== undefined && (grant.valid_until ?? planned.end) >= planned.end;
        return isEnough ? { ...grant, valid_until: null } : grant;
      }),
  },
  {
    what: 'a grant counts before it holds',
    mix: 'qualified',
    make: () => onGrants((grant) => ({ ...grant, valid_from: null })),
  },
  {
    what: 'a task without a window asks for no qualification',
    mix: 'qualified',
    make: () => onTakings((one) => (one.holding.window === undefined ? allowed(one) : one)),
  },
  {
    what: 'who is given the task of another is not asked for qualifications',
    mix: 'qualified',
    make: () =>
      onTakings((one, bookings) => ((bookings.release ?? []).length > 0 && !isOwnMove(bookings) ? allowed(one) : one)),
  },
  {
    what: 'a window that is moved is not held against the grants',
    mix: 'qualified',
    make: () => onTakings((one, bookings) => (isOwnMove(bookings) ? allowed(one) : one)),
  },
  {
    what: 'an automatic dispatch chooses whoever is free, qualified or not',
    mix: 'qualified',
    make: () => ({
      calendars: (sound) => ({
        ...sound,
        survey: async (tenantId, userIds, wanted, consistency) =>
          (await sound.survey(tenantId, userIds, wanted, consistency)).map(({ calendar, overlapping }) => ({
            calendar: { ...calendar, qualifications: Object.values(CODE).map(everFor) },
            overlapping,
          })),
      }),
    }),
  },
  {
    what: 'what somebody is qualified for is remembered from the first look',
    mix: 'qualified',
    make: () => {
      const first = new Map<string, readonly Grant[]>();
      return onCalendar((calendar) => {
        const qualifications = first.get(calendar.user_id) ?? calendar.qualifications;
        first.set(calendar.user_id, qualifications);
        return { ...calendar, qualifications: [...qualifications] };
      });
    },
  },
  {
    what: 'other grants do not move the version of the calendar',
    mix: 'qualified',
    make: () => unmovedBy('#qualifications'),
  },
  {
    what: 'of two grants at once the last one wins',
    mix: 'qualified',
    make: () => onActions(['calendar'], unconditioned),
  },
  {
    what: 'what was set aside is not recorded',
    mix: 'qualified',
    make: () => onOverrides(() => undefined),
  },
  {
    what: 'rules that were not broken are recorded as set aside',
    mix: 'qualified',
    make: () => onOverrides((told) => ({ ...told, rules: [...OVERRIDABLE] })),
  },
  {
    what: 'who sets one rule aside sets all of them aside',
    mix: 'qualified',
    make: () => onTakings((one) => (isOverriding(one) ? { ...one, overridden: OVERRIDABLE } : one)),
  },
  {
    what: 'who sets a rule aside gets time that is taken',
    mix: 'qualified',
    make: () => ({
      guard:
        ({ guard, commit }) =>
        (call, move) =>
          move.bookings.take?.some(isOverriding) === true && call.validateOnly !== true
            ? commit(call, move.changes, move.answer, move.bookings)
            : guard(call, move),
    }),
  },
  {
    what: 'a rule that is set aside once is set aside for good',
    mix: 'qualified',
    make: () => {
      const spared = new Set<string>();
      return onTakings((one) => {
        const { id } = resourceOf(one.calendar);
        if (isOverriding(one)) spared.add(id);
        return spared.has(id) ? { ...one, overridden: OVERRIDABLE } : one;
      });
    },
  },
];

/** The calendar is written with such a field, and stays at its version. */
const unmovedBy = (field: string, label = 'calendar'): Faulty =>
  onActions([label], (action) => {
    const { Update } = action.write;
    const values = { ...Update?.ExpressionAttributeValues };
    if (Update?.ExpressionAttributeNames?.[field] === undefined) return [action];
    const same = { ...values, ':version': values[':seen_version'] };
    return [{ ...action, write: { Update: { ...Update, ExpressionAttributeValues: same } } }];
  });

/** Equipment that is always in operation. */
const alwaysOn = (taking: Taking): Taking =>
  'asset_id' in taking.calendar ? { ...taking, calendar: { ...taking.calendar, working_hours: null } } : taking;
const allowed = (taking: Taking): Taking => ({ ...taking, overridden: ['not_qualified'] });
const isOverriding = ({ overridden = [] }: Taking): boolean => overridden.length > 0;
const lackAt = (grant: Grant, at: Instant): boolean => lackOf([grant], [grant.code], at) !== undefined;
/** A guard that reads the grants otherwise. */
const onGrants = (change: (grant: Grant, taking: Taking) => Grant): Faulty =>
  onTakings((one) => {
    const { calendar } = one;
    if (!('user_id' in calendar)) return one;
    return {
      ...one,
      calendar: { ...calendar, qualifications: calendar.qualifications.map((grant) => change(grant, one)) },
    };
  });
const onCalendar = (change: (calendar: Calendar) => Calendar): Faulty => ({
  calendars: (sound) => ({
    ...sound,
    find: async (tenantId, userId) => {
      const calendar = await sound.find(tenantId, userId);
      return calendar && change(calendar);
    },
  }),
});
const everFor = (code: string): Grant => ({
  ...{ qualification_id: code, code, valid_from: null, valid_until: null, reference: null },
  granted_at: instantSchema.parse('2026-01-01T00:00:00.000Z'),
});
/** The history tells something else of what was set aside. */
const onOverrides = (change: (told: Override) => Override | undefined): Faulty =>
  onActions(['history'], (action) => {
    const { Put } = action.write;
    if (Put === undefined) return [action];
    const { override, ...detail } = historyDetail.parse(JSON.parse(String(Put.Item?.['detail'])));
    if (override === undefined) return [action];
    const told = JSON.stringify({ ...detail, override: change(override) });
    return [{ ...action, write: { Put: { ...Put, Item: { ...Put.Item, detail: told } } } }];
  });
const historyDetail = z.looseObject({ override: overrideSchema.optional() });

const BACK: readonly string[] = ['holding given back', 'calendar given back to'];
const isOfAsset = ({ write }: TableAction): boolean => {
  const key = write.Put?.Item ?? write.Update?.Key ?? write.Delete?.Key ?? {};
  return String(key['PK']).includes('#ASSET#');
};
const onAssets = (labels: readonly string[], change: (action: TableAction) => Actions): Faulty =>
  onActions(labels, (action) => (isOfAsset(action) ? change(action) : [action]));

/** A guard that is told something else of what is taken. */
const onTakings = (change: (taking: Taking, bookings: Bookings) => Taking): Faulty => ({
  guard:
    ({ guard }) =>
    (call, move) => {
      const { take } = move.bookings;
      if (take === undefined) return guard(call, move);
      return guard(call, {
        ...move,
        bookings: { ...move.bookings, take: take.map((one) => change(one, move.bookings)) },
      });
    },
});
const asAvailable = (asset: Asset): Asset => ({ ...asset, availability_status: 'AVAILABLE' });
const withoutBuffer = (taking: Taking): Taking => {
  const { holding } = taking;
  if (isAbsence(holding) || holding.planned === undefined) return taking;
  const { planned, ...rest } = holding;
  return { ...taking, holding: { ...rest, window: planned } };
};
