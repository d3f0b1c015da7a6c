import { idOf, isAbsence, type Calendar, type HeldWindow } from '../calendar/calendar.ts';
import { ownViolations } from '../calendar/own-rules.ts';
import type { Window } from '../calendar/window.ts';
import type { PersonViolation } from '../errors.ts';
import type {
  PlanAsset,
  PlanCandidate,
  PlanPerson,
  PlanProblem,
  PlanRule,
  PlanTask,
  Span,
} from '../planning/problem.ts';
import { epochMilliseconds } from '../time/instant.ts';
import { workingIn, type WorkingHours } from '../working-hours/hours.ts';
import { MOVE_COST } from './plan.ts';
import type { OpenTask, PlanSnapshot } from './snapshot.ts';

/** What a snapshot asks of the planner. Pure: the same snapshot is the same problem. */
export const problemOf = ({ tasks, people, equipment, tallies, strategy }: PlanSnapshot): PlanProblem => {
  const open = new Set(tasks.map(({ id }) => id));
  const available = new Map(tallies.map(([area, tally]) => [area, tally.available]));
  const calendars = people.map(({ calendar }) => calendar);
  const othersIn = (held: readonly HeldWindow[]): readonly HeldWindow[] => held.filter((one) => !open.has(idOf(one)));
  const rulesFor = makeRulesFor(calendars);
  const standing = makeStanding();
  return {
    tasks: tasks.map((task): PlanTask => {
      const failed = rulesFor(task);
      return {
        id: task.id,
        ...spanOf(task.window),
        facts: {
          priority: task.priority,
          risk_level: task.risk_level,
          is_scheduled: true,
          available_assets: available.get(task.area_code) ?? 0,
        },
        candidates: calendars.map((calendar, index) => standing(isMember(calendar, task), failed[index] ?? NONE)),
        was: task.was,
        is_pinned: task.is_pinned,
        area_code: task.area_code,
        // A held task keeps what it holds, and takes nothing more: so it is with a reassignment by hand.
        required_assets: task.was === null ? task.required_assets : [],
        asset_ids: task.asset_ids,
      };
    }),
    people: people.map(({ calendar, overlapping }): PlanPerson => {
      const { user_id, active_count } = calendar;
      return {
        id: user_id,
        active_assignments: active_count - tasks.filter(({ was }) => was === user_id).length,
        busy: othersIn(overlapping).map((held) => ({
          ...spanOf(held.window),
          rule: isAbsence(held) ? ('unavailable' as const) : ('schedule_conflict' as const),
        })),
      };
    }),
    assets: equipment.map(({ asset, calendar, overlapping }): PlanAsset => ({
      id: asset.id,
      code: asset.asset_code,
      is_available: asset.availability_status === 'AVAILABLE',
      asset_type: asset.asset_type,
      area_code: asset.region_code,
      busy: [
        ...othersIn(overlapping).map(({ window }) => spanOf(window)),
        ...timeOutside(
          calendar.working_hours,
          tasks.map(({ window }) => window),
        ).flatMap((span) =>
          without(
            span,
            tasks.filter(isHeldWith(asset.id)).map(({ window }) => spanOf(window)),
          ),
        ),
      ],
    })),
    strategy,
    move_cost: MOVE_COST,
  };
};

const spanOf = ({ start, end }: Window): Span => ({ start: epochMilliseconds(start), end: epochMilliseconds(end) });

/** The time around windows at which an asset is not in operation: each window that lies in none of it is working time. */
const timeOutside = (hours: WorkingHours | null, windows: readonly Window[]): readonly Span[] => {
  if (hours === null) return [];
  const outside = new Map<number, Span>();
  for (const window of windows) {
    const { start, end } = spanOf(window);
    let covered = start;
    const spans = [...workingIn(hours, [window]).map(spanOf), { start: end, end }];
    for (const span of spans) {
      if (span.start > covered) outside.set(covered, { start: covered, end: span.start });
      covered = Math.max(covered, span.end);
    }
  }
  return [...outside.values()];
};

/** Of an asset whose hours have changed, what holds it already keeps it. */
const isHeldWith =
  (assetId: string) =>
  ({ was, asset_ids }: OpenTask): boolean =>
    was !== null && asset_ids.includes(assetId);

const without = (span: Span, others: readonly Span[]): readonly Span[] =>
  others.reduce<readonly Span[]>(
    (left, { start, end }) =>
      left
        .flatMap((one) => [
          { start: one.start, end: Math.min(one.end, start) },
          { start: Math.max(one.start, end), end: one.end },
        ])
        .filter((one) => one.start < one.end),
    [span],
  );

const NONE: readonly PlanRule[] = [];

/** Of a million pairs most stand alike: those share one record. */
const makeStanding = () => {
  const known = new Map<string, PlanCandidate>();
  return (is_member: boolean, failed: readonly PlanRule[]): PlanCandidate => {
    const key = `${is_member} ${failed.join(' ')}`;
    const one = known.get(key) ?? { is_member, failed };
    known.set(key, one);
    return one;
  };
};

const isMember = ({ memberships }: Calendar, { org_unit_id }: OpenTask): boolean =>
  memberships.some((one) => one.org_unit_id === org_unit_id);

/**
 * The rules that each person fails for a task, what they hold aside: by the guard's own function. Its answer depends on hours
 * and qualifications of the one, and on time and demands of the other: who is alike in these is asked about once.
 */
const makeRulesFor = (calendars: readonly Calendar[]) => {
  const kindOf = ({ working_hours, qualifications }: Calendar): string =>
    JSON.stringify([
      working_hours,
      qualifications.map(({ code, valid_from, valid_until }) => [code, valid_from, valid_until]),
    ]);
  const kinds = calendars.map(kindOf);
  const people = new Map(calendars.map((calendar) => [kindOf(calendar), calendar]));
  const answers = new Map<string, ReadonlyMap<string, readonly PlanRule[]>>();
  return ({ window, required_qualifications }: OpenTask): readonly (readonly PlanRule[])[] => {
    const demand = { window, required_qualifications };
    const asked = JSON.stringify(demand);
    const byKind =
      answers.get(asked) ??
      // A task with a window demands nothing of the present moment.
      new Map([...people].map(([kind, one]) => [kind, rulesOf(ownViolations(one, demand, window.start))]));
    answers.set(asked, byKind);
    return kinds.map((kind) => byKind.get(kind) ?? NONE);
  };
};

const rulesOf = (violations: readonly PersonViolation[]): readonly PlanRule[] => violations.map(({ rule }) => rule);
