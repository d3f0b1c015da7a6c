import type { Asset } from '../../core/assets/asset.ts';
import type { BookingCommit, Bookings, Taking } from '../../core/calendar/bookings.ts';
import { idOf, isAbsence, resourceOf, type Holding, type ResourceCalendar } from '../../core/calendar/calendar.ts';
import { resourceName, type Resource } from '../../core/calendar/resource.ts';
import { LIMITS } from '../../core/limits.ts';
import {
  add,
  all,
  checkSeen,
  exists,
  keyOf,
  put,
  putOver,
  remove,
  stale,
  update,
  type KeyedItem,
  type Planned,
} from './actions.ts';
import { makeSend, plansOf, type ChangeOf, type CommitPorts, type Registered } from './commit.ts';
import { calendarKey, openAssignmentKey, windowKey, type Key } from './keys.ts';
import { assetKey } from './resources/assets.ts';
import { assetCalendarCodec, calendarCodec } from './resources/calendars.ts';

/** A commit that writes the guard's bookings behind the changes, in the same transaction. */
export const makeBookingCommit = <M>(ports: CommitPorts, writes: Registered<M>): BookingCommit<ChangeOf<M>> => {
  const send = makeSend(ports);
  return (call, changes, answer, bookings) =>
    send(call, [...plansOf(writes, changes), planOf(call.tenantId, bookings)], answer);
};

/** Every calendar is written once, whatever is taken from it and given back to it. */
const planOf = (tenantId: string, { take = [], release = [], refresh = [] }: Bookings): Planned => {
  const taken = take.map(({ calendar, holding }) => holdingItem(tenantId, resourceOf(calendar), holding));
  const kept = new Set(taken.map(addressOf));
  const given = release.map(({ resource, holding }) => holdingItem(tenantId, resource, holding));
  const takers = new Map(take.map(({ calendar }) => [resourceName(resourceOf(calendar)), calendar]));
  const givers = new Map(release.map(({ resource }) => [resourceName(resource), resource]));
  return all(
    ...[...takers].map(([name, calendar]) =>
      takeFrom(
        calendar,
        take.filter((one) => resourceName(resourceOf(one.calendar)) === name),
        workloadOf(release.filter(({ resource }) => resourceName(resource) === name)),
      ),
    ),
    ...[...givers]
      .filter(([name]) => !takers.has(name))
      .map(([name, resource]) => {
        const count = workloadOf(release.filter((one) => resourceName(one.resource) === name));
        const amounts = { version: 1, active_count: 0 - count };
        return add('calendar given back to', calendarKey(tenantId, resource), amounts, exists);
      }),
    ...[...assetsIn(take).values()].map(unmoved),
    ...taken.map((item) => putOver('holding', item)),
    ...given.filter((item) => !kept.has(addressOf(item))).map((item) => remove('holding given back', keyOf(item))),
    ...refresh.map(({ resource, holding }) => putOver('holding', holdingItem(tenantId, resource, holding))),
  );
};

/** Each is looked at once, whatever takes it. */
const assetsIn = (take: readonly Taking[]): ReadonlyMap<string, Asset> =>
  new Map(take.flatMap(({ asset }) => (asset === undefined ? [] : [[asset.id, asset] as const])));

const takeFrom = (calendar: ResourceCalendar, taking: readonly Taking[], given: number): Planned => {
  const version = calendar.version + 1;
  const taken = taking.map(({ holding }) =>
    isAbsence(holding)
      ? { version, absence_id: holding.absence_id, window: holding.window }
      : { version, task_id: holding.task_id, name: holding.name, window: holding.window },
  );
  const changed = {
    version,
    active_count: calendar.active_count + workloadOf(taking) - given,
    recent: [...taken, ...calendar.recent].slice(0, LIMITS.recentTakings),
  };
  const [before, after] =
    'user_id' in calendar
      ? [calendarCodec.toItem(calendar), calendarCodec.toItem({ ...calendar, ...changed })]
      : [assetCalendarCodec.toItem(calendar), assetCalendarCodec.toItem({ ...calendar, ...changed })];
  // An asset that nobody has taken yet has no calendar.
  if (calendar.version === 0 && 'asset_id' in calendar) return put('calendar taken from', after, () => stale('asset'));
  return update(
    'calendar taken from',
    before,
    after,
    { version: calendar.version },
    'user_id' in calendar ? 'calendar' : 'asset',
  );
};

/** An asset is taken as it was read: whoever takes it out of use at that moment, or this, comes too late. */
const unmoved = ({ tenant_id, id, version }: Asset): Planned =>
  checkSeen('asset taken', assetKey(tenant_id, id), { version }, 'asset');

const addressOf = ({ PK, SK }: Key): string => `${PK} ${SK}`;

/** An absence is no work. */
const workloadOf = (moves: readonly { readonly holding: Holding }[]): number =>
  moves.filter(({ holding }) => !isAbsence(holding)).length;

const holdingItem = (tenantId: string, resource: Resource, holding: Holding): KeyedItem => ({
  ...(holding.window === undefined
    ? openAssignmentKey(tenantId, resource, idOf(holding))
    : windowKey(tenantId, resource, holding.window.start, idOf(holding))),
  ...holding,
});
