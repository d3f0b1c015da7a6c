import type { PlanSummary, PlanView } from '../../core/plans/plan.ts';
import type { PlanDraft } from '../../core/plans/request.ts';
import type { Left } from '../../core/plans/carry-out.ts';
import type { Range } from './time.ts';

export type Effort = NonNullable<PlanDraft['effort']>;
export type Assignment = PlanView['assignments'][number];
type Outcome = NonNullable<PlanSummary['outcome']>;
type Progress = NonNullable<PlanSummary['progress']>;
type Unplaced = PlanView['unplaced'][number];

/** What of a day is to be planned, and how hard. */
export interface Scope {
  /** Only these; undefined: all of the range that pass the filters. */
  readonly taskIds: readonly string[] | undefined;
  /** Empty: every one. */
  readonly areaCode: string;
  readonly typeId: string;
  /** Undefined: everybody who is active. */
  readonly userIds: readonly string[] | undefined;
  readonly effort: Effort;
}

/** The request for a plan. */
export const draftOf = ({ from, to }: Range, { taskIds, areaCode, typeId, userIds, effort }: Scope) => ({
  tasks:
    taskIds === undefined
      ? {
          planned_from: new Date(from).toISOString(),
          planned_to: new Date(to).toISOString(),
          ...(areaCode === '' ? {} : { area_code: areaCode }),
          ...(typeId === '' ? {} : { task_type_id: typeId }),
        }
      : { task_ids: [...taskIds] },
  ...(userIds === undefined ? {} : { candidate_user_ids: [...userIds] }),
  effort,
});

/** How tasks and people are called. */
export interface Names {
  readonly task: (id: string) => string;
  readonly person: (id: string) => string;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
const percentText = (part: number): string =>
  part > 0 && part < 0.001 ? 'less than 0.1 %' : `${Math.round(part * 1_000) / 10} %`;

const PHASES: Readonly<Record<Progress['phase'], string>> = {
  one_by_one: 'Placing one by one, to compare with',
  search: 'Searching for a better plan',
  exact: 'Looking for the best plan and its proof',
  check: 'Checking every rule',
};

/** How far a plan is that is being made. */
export const progressText = ({ phase, best, bound }: Progress): string => {
  const [placed, most] = [best.priority_placed, bound.priority_placed];
  const gap = most === 0 ? 0 : (most - placed) / most;
  return `${PHASES[phase]}: priority ${rounded(placed)} is placed, and no plan can place more than ${rounded(most)} (a gap of ${percentText(gap)}).`;
};

/** What a plan may lack to the best there is. */
export const gapText = ({ gap, bound }: Pick<Outcome, 'gap' | 'bound'>): string => {
  if (gap.priority > 0)
    return `No plan can place more priority than ${rounded(bound.priority_placed)}: at most ${percentText(gap.priority)} of it is missing.`;
  return gap.score > 0
    ? `No plan places more priority. One that places as much could score at most ${rounded(bound.score)}: ${percentText(gap.score)} is missing.`
    : 'This is the best plan there is.';
};

/** A plan beside dispatching one by one, and beside what no plan can exceed. */
export const totalsRows = ({ totals, baseline, bound }: Pick<Outcome, 'totals' | 'baseline' | 'bound'>) => [
  {
    title: `Placed, of ${totals.placed + totals.unplaced} tasks`,
    plan: totals.placed,
    oneByOne: baseline.placed,
    atMost: undefined,
  },
  {
    title: 'Priority placed',
    plan: rounded(totals.priority_placed),
    oneByOne: rounded(baseline.priority_placed),
    atMost: rounded(bound.priority_placed),
  },
  { title: 'Score', plan: rounded(totals.score), oneByOne: rounded(baseline.score), atMost: rounded(bound.score) },
];

const RULES = {
  schedule_conflict: 'busy',
  unavailable: 'absent',
  not_qualified: 'not qualified',
  outside_working_hours: 'outside working hours',
} as const;

const priceText = ({ priority, score }: { readonly priority: number; readonly score: number }): string => {
  const parts = [
    ...(priority === 0 ? [] : [`${rounded(Math.abs(priority))} priority`]),
    ...(score === 0 ? [] : [`${rounded(Math.abs(score))} points`]),
  ];
  if (parts.length === 0) return 'It would cost nothing.';
  const isLoss = priority < 0 || (priority === 0 && score < 0);
  const isMixed = priority * score < 0;
  if (!isMixed) return `The plan would ${isLoss ? 'lose' : 'gain'} ${parts.join(' and ')}.`;
  return `The plan would ${isLoss ? 'lose' : 'gain'} ${parts[0] ?? ''} and ${isLoss ? 'gain' : 'lose'} ${parts[1] ?? ''}.`;
};

/** Why a task is not placed, and what can be done about it: a sentence each. */
export const reasonTexts = (one: Unplaced, { task, person }: Names): readonly string[] => {
  switch (one.reason) {
    case 'no_eligible_user': {
      const { rules, one_rule } = one.detail;
      const counts = Object.entries(RULES).flatMap(([rule, word]) => {
        const count = rules[rule as keyof typeof RULES];
        return count === undefined ? [] : [`${count} ${word}`];
      });
      const close = one_rule.map(({ user_id, rule }) => `${person(user_id)} (${RULES[rule]})`);
      return [
        `Nobody can take it: ${counts.length === 0 ? 'there is nobody' : counts.join(', ')}.`,
        ...(close.length === 0 ? [] : [`Only one thing is in the way of ${close.join(', ')}.`]),
      ];
    }
    case 'no_equipment': {
      const lacks = one.detail.lacking.map((lack) => {
        const what = 'asset_type' in lack ? lack.asset_type : `asset ${lack.asset_id.slice(-6)}`;
        return `${what}: ${lack.needed} needed, ${lack.available} free`;
      });
      return [`There is not enough equipment: ${lacks.join('; ')}.`];
    }
    case 'displaced': {
      const { exchange, competes_with } = one.detail;
      const rivals = competes_with.task_ids.map(task);
      const changes = exchange.changes.map(({ task_id, to }) =>
        to === null ? `leave out ${task(task_id)}` : `${task(task_id)} to ${person(to)}`,
      );
      return [
        `Something that is worth more is in the way${rivals.length === 0 ? '' : `: ${rivals.join(', ')}`}.`,
        ...(changes.length === 0 ? [] : [`What would place it: ${changes.join(', ')}. ${priceText(exchange.price)}`]),
      ];
    }
  }
};

/** Why a task could not be planned at all. */
export const LEFT_OUT: Readonly<Record<PlanView['left_out'][number]['reason'], string>> = {
  unknown_task: 'it is not there any more',
  not_dispatchable: 'its state allows no dispatch',
  approval_required: 'it needs an approval first',
  unscheduled: 'it has no window',
  held: 'somebody holds it',
};

/** What has moved since the plan was made. */
export const differenceText = (one: Left['differences'][number], { task, person }: Names): string => {
  const taken = (one.taken ?? []).map(({ name }) => `took ${name}`);
  const absences = (one.absences ?? []).length === 0 ? [] : ['has an absence'];
  const others = one.other_changes === undefined || one.other_changes === 0 ? [] : ['has other changes'];
  const changes = [...taken, ...absences, ...others];
  if (one.subject === 'task' && one.task_id !== undefined)
    return one.now === null ? `${task(one.task_id)} is not there any more.` : `${task(one.task_id)} was changed.`;
  if (one.subject === 'calendar' && one.user_id !== undefined)
    return `${person(one.user_id)} ${changes.length === 0 ? 'has another calendar' : changes.join(', ')} since.`;
  if (one.subject === 'asset')
    return changes.length === 0 ? 'Its equipment has changed.' : `Its equipment ${changes.join(', ')} since.`;
  return `${one.subject.replaceAll('_', ' ')}: ${one.before ?? 'none'} before, ${one.now ?? 'none'} now.`;
};

/** What is known of the tasks of a plan. */
export interface PlannedTask {
  readonly id: string;
  readonly name: string;
  readonly planned_start_at: string | null;
  readonly planned_end_at: string | null;
}

/** A task where the plan would put it. */
export interface Ghost {
  readonly taskId: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The bars of a plan, by person: of the assignments that are wanted. */
export const ghostsOf = (
  assignments: readonly Pick<Assignment, 'task_id' | 'user_id'>[],
  tasks: ReadonlyMap<string, PlannedTask>,
  isWanted: (taskId: string) => boolean,
): ReadonlyMap<string, readonly Ghost[]> => {
  const byPerson = new Map<string, Ghost[]>();
  for (const { task_id, user_id } of assignments) {
    const task = tasks.get(task_id);
    if (task === undefined || !isWanted(task_id)) continue;
    if (task.planned_start_at === null || task.planned_end_at === null) continue;
    const [start, end] = [Date.parse(task.planned_start_at), Date.parse(task.planned_end_at)];
    byPerson.set(user_id, [...(byPerson.get(user_id) ?? []), { taskId: task_id, name: task.name, start, end }]);
  }
  return byPerson;
};

/** By start, and by name where two begin together. */
export const inOrder = <A extends Pick<Assignment, 'task_id'>>(
  assignments: readonly A[],
  tasks: ReadonlyMap<string, PlannedTask>,
): readonly A[] => {
  const keyOf = ({ task_id }: A): string =>
    `${tasks.get(task_id)?.planned_start_at ?? '~'} ${tasks.get(task_id)?.name ?? task_id}`;
  return [...assignments].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
};
