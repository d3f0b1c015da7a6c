import type { Call } from '../call.ts';
import { DomainError, type Conflict, type PersonViolation, type Violation } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { BookingCommit, Bookings, Taking } from './bookings.ts';
import { equipmentNamed, equipmentViolationsOf } from './equipment.ts';
import { idOf, isAbsence, obstaclesIn, resourceOf, type Calendars, type HeldWindow } from './calendar.ts';
import { OVERRIDABLE, type Overridable } from '../tasks/override.ts';
import { ownViolations } from './own-rules.ts';
import { resourceName } from './resource.ts';
import { covers, overlaps, type Window } from './window.ts';

export type Guard<C> = (
  call: Call,
  move: {
    readonly changes: readonly C[];
    readonly bookings: Bookings;
    readonly answer: unknown;
    /** Equipment that was sought and is not to be had: refused with whatever else stands in the way. */
    readonly lacking?: readonly Violation[];
  },
) => Promise<void>;

/** Every rule about a person that is broken, in the order in which a refusal names them: what is in the way, then their own. */
export const violationsOf = (
  inTheWay: readonly HeldWindow[],
  own: readonly PersonViolation[],
): readonly PersonViolation[] => {
  const { conflicts, absences } = obstaclesIn(inTheWay.slice(0, LIMITS.conflictsListed));
  return [
    ...(conflicts.length === 0 ? [] : [{ rule: 'schedule_conflict' as const, conflicts }]),
    ...(absences.length === 0 ? [] : [{ rule: 'unavailable' as const, absences }]),
    ...own,
  ];
};

/** The refusal of a window that breaks rules: by the first of them, with all. `left` are windows that are not listed. */
export const refusalOf = (resource: string, violations: readonly Violation[], left = 0): DomainError | undefined => {
  const [first] = violations;
  const ofAbsence = violations.find((one) => one.rule === 'unavailable');
  switch (first?.rule) {
    case undefined:
      return undefined;
    case 'schedule_conflict': {
      const message = `${resource} has an overlapping assignment: ${few(first.conflicts.map(taskOf), left)}.`;
      const absences = ofAbsence === undefined ? {} : { absences: ofAbsence.absences };
      return new DomainError('schedule_conflict', message, { conflicts: first.conflicts, ...absences, violations });
    }
    case 'unavailable': {
      const message = `${resource} is absent: ${few(first.absences.map(timeOf), left)}.`;
      return new DomainError('unavailable', message, { absences: first.absences, violations });
    }
    case 'not_qualified':
      return new DomainError('not_qualified', `${resource} is not qualified: ${lackIn(first)}.`, { violations });
    case 'outside_working_hours': {
      const near = first.nearest.length === 0 ? 'none within two weeks' : few(first.nearest.map(timeOf), 0);
      const message = `The window is outside the working hours of ${resource}; the nearest are ${near}.`;
      return new DomainError('outside_working_hours', message, { violations });
    }
    case 'asset_conflict': {
      const message = `${equipmentNamed(first)} is held by another task: ${few(first.conflicts.map(taskOf), left)}.`;
      return new DomainError('asset_conflict', message, { conflicts: first.conflicts, violations });
    }
    case 'asset_unavailable': {
      const message = `${equipmentNamed(first)} is not to be had: ${first.needed} needed, ${first.available} available.`;
      return new DomainError('asset_unavailable', message, { violations });
    }
  }
};

/** What is lacking, for a person. */
export const lackIn = ({ missing, expired }: Extract<Violation, { readonly rule: 'not_qualified' }>): string =>
  [
    ...(missing.length === 0 ? [] : [`${few(missing, 0)} missing`]),
    ...(expired.length === 0
      ? []
      : [
          `${few(
            expired.map(({ code }) => code),
            0,
          )} expired or not yet valid`,
        ]),
  ].join(', ');

const taskOf = ({ name, planned_start_at, planned_end_at }: Conflict): string =>
  `"${name}" (${planned_start_at} to ${planned_end_at})`;

const timeOf = ({ start_at, end_at }: { readonly start_at: string; readonly end_at: string }): string =>
  `${start_at} to ${end_at}`;

const NAMED = 3;
/** The first few, and how many more there are. */
export const few = (all: readonly string[], left: number): string => {
  const more = all.length - NAMED + left;
  return more > 0 ? `${all.slice(0, NAMED).join(', ')} and ${more} more` : all.join(', ');
};

/**
 * The guard against double booking: the one function through which windows are taken, moved or released, of any number of
 * resources at once.
 *
 * It is one attempt. Its caller has read the calendars, and runs again from that read when the commit answers
 * `stale_read`. The protocol is right in this order only:
 * 1. The version of each calendar is read (by the caller: `bookings.take`).
 * 2. The windows of each that overlap the wanted one are read, strongly consistent.
 * 3. Any of them refuses the change with `schedule_conflict`, or with `unavailable` when only absences are in the way; what
 *    the same bookings give back, and the window that the task itself holds, do not count. Two windows that are taken
 *    together must not overlap either. So does what breaks a rule of the same calendar:
 *    qualifications and hours.
 * 4. One transaction moves every calendar from the version seen to the next, and writes the windows with everything that
 *    the change means. A window that came in between 1 and 4 has moved its version, so the transaction fails.
 *
 * Were the windows read before the version, one written between the two reads would be missed by both. Were the
 * version only checked and not moved, two writers that saw the same version would both pass.
 */
export const makeGuard =
  <C>({
    calendars,
    commit,
  }: {
    readonly calendars: Pick<Calendars, 'overlapping'>;
    readonly commit: BookingCommit<C>;
  }): Guard<C> =>
  async (call, { changes, bookings, answer, lacking = [] }) => {
    const { take = [] } = bookings;
    for (const taking of take) requireActive(taking, bookings);
    const broken = await Promise.all(take.map((taking) => brokenBy(calendars, taking, bookings)));
    const violations = inOrder([...broken.flatMap((one) => one.violations), ...lacking]);
    const name = broken.find((one) => one.violations.length > 0)?.name ?? 'The task';
    const left = broken.reduce((sum, one) => sum + one.left, 0);
    const refusal = refusalOf(name, violations, left);
    if (refusal !== undefined) throw refusal;
    await commit(call, changes, answer, bookings);
  };

const ORDER: readonly Violation['rule'][] = [
  ...(['schedule_conflict', 'unavailable', 'not_qualified', 'outside_working_hours'] as const),
  ...(['asset_conflict', 'asset_unavailable'] as const),
];
const inOrder = (violations: readonly Violation[]): readonly Violation[] =>
  violations.toSorted((a, b) => ORDER.indexOf(a.rule) - ORDER.indexOf(b.rule));

/** Whether the resource holds at least the time already: it may keep less of what it holds, whatever has become of it. */
const isLess = ({ calendar, holding }: Taking, { release = [] }: Bookings): boolean => {
  const name = resourceName(resourceOf(calendar));
  const own = release.find((one) => resourceName(one.resource) === name && idOf(one.holding) === idOf(holding));
  return own !== undefined && (holding.window === undefined || covers(own.holding.window, holding.window));
};

const requireActive = (taking: Taking, bookings: Bookings): void => {
  const { calendar } = taking;
  if (!('is_active' in calendar) || calendar.is_active || isLess(taking, bookings)) return;
  throw new DomainError('inactive_user', `User ${calendar.user_id} is not active.`, {});
};

/** Every rule that one taking breaks; `left` are windows that are not listed. */
const brokenBy = async (
  calendars: Pick<Calendars, 'overlapping'>,
  taking: Taking,
  bookings: Bookings,
): Promise<{ readonly name: string; readonly violations: readonly Violation[]; readonly left: number }> => {
  const { calendar, holding, asset, overridden = [] } = taking;
  const { window } = holding;
  const name = 'user_id' in calendar ? `User ${calendar.user_id}` : `Asset ${asset?.asset_code ?? calendar.asset_id}`;
  const inTheWay = window === undefined ? [] : await obstaclesOf(calendars, taking, window, bookings);
  const left = Math.max(0, inTheWay.length - LIMITS.conflictsListed);
  // What is held already may shrink, whatever has become of the person, or of the asset.
  const isKept = isLess(taking, bookings);
  if (asset !== undefined)
    return { name, violations: equipmentViolationsOf({ asset, calendar, window, inTheWay, isKept }), left };
  const aside = new Set<string>(overridden);
  const own = ownOf(taking, bookings).filter(({ rule }) => !aside.has(rule));
  return { name, violations: violationsOf(inTheWay, own), left };
};

/** The rules about a person that a taking breaks, and that may be set aside. */
export const overridable = (taking: Taking, bookings: Bookings): readonly Overridable[] => {
  const broken = new Set<string>(ownOf(taking, bookings).map(({ rule }) => rule));
  return OVERRIDABLE.filter((rule) => broken.has(rule));
};

/** The rules of a person's own that a taking breaks. An absence is no work, and what is held already may shrink. */
const ownOf = (taking: Taking, bookings: Bookings): readonly PersonViolation[] => {
  const { calendar, holding, at } = taking;
  const isFree = isAbsence(holding) || !('user_id' in calendar) || isLess(taking, bookings);
  return isFree ? [] : ownViolations(calendar, holding, at);
};

/** What the resource holds in the window and does not give back, and what else it takes there. */
const obstaclesOf = async (
  calendars: Pick<Calendars, 'overlapping'>,
  { calendar, holding }: Taking,
  window: Window,
  { take = [], release = [] }: Bookings,
): Promise<readonly HeldWindow[]> => {
  const name = resourceName(resourceOf(calendar));
  const held = await calendars.overlapping(calendar, window);
  const given = release.filter((one) => resourceName(one.resource) === name).map((one) => idOf(one.holding));
  const leaving = new Set([idOf(holding), ...given]);
  const together = take
    .filter((one) => resourceName(resourceOf(one.calendar)) === name && idOf(one.holding) !== idOf(holding))
    .flatMap(({ holding: other }): readonly HeldWindow[] =>
      other.window !== undefined && overlaps(other.window, window) ? [{ ...other, window: other.window }] : [],
    );
  return [...held.filter((other) => !leaving.has(idOf(other))), ...together];
};
