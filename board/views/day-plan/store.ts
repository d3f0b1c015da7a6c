import { batch, computed, signal } from '@preact/signals';
import type { Left } from '../../../core/plans/carry-out.ts';
import type { PlanView } from '../../../core/plans/plan.ts';
import { problemOf } from '../../api/refusal.ts';
import { client, session } from '../../api/session.ts';
import { draftOf, ghostsOf, type Names, type PlannedTask, type Scope } from '../../state/day-plan.ts';
import type { Range } from '../../state/time.ts';
import { nameOf, readable, refresh, tasks } from '../plan/store.ts';
import { announce } from '../shell/announcer.tsx';

const PLAN = '/api/task-center/plans/{plan_id}';
const LOOK_MS = 700;
/** Tasks in one plan: what the service takes. */
const TASKS_MOST = 2_000;

interface Made {
  readonly plan: PlanView;
  readonly range: Range;
}

/** The panel is open. A plan stays when it is closed, and so do its bars. */
export const isOpen = signal(false);
/** The plan that was asked for, as it was last read. */
export const made = signal<Made | undefined>(undefined);
/** Assignments that the dispatcher does not want. */
export const takenOut = signal<ReadonlySet<string>>(new Set());
/** Tasks that were committed and not taken back. */
export const committed = signal<ReadonlySet<string>>(new Set());
/** What the latest commit or revert did, and what it left as it was. */
export const report = signal<{ readonly sentence: string; readonly left: readonly Left[] } | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);
export const isBusy = signal(false);
export const plannedTasks = signal<ReadonlyMap<string, PlannedTask>>(new Map());

export const names: Names = {
  task: (id) => plannedTasks.value.get(id)?.name ?? `task ${id.slice(-6)}`,
  person: nameOf,
};

/** A plan whose assignments can be committed. */
export const isCommittable = computed(() =>
  ['READY', 'PARTLY_COMMITTED', 'COMMITTED'].includes(made.value?.plan.state ?? ''),
);
/** What a commit would do. */
export const wanted = computed(() =>
  (made.value?.plan.assignments ?? []).filter(
    ({ task_id }) => !takenOut.value.has(task_id) && !committed.value.has(task_id),
  ),
);
/** The bars of the plan over the timeline, by person. */
export const ghosts = computed(() =>
  isCommittable.value ? ghostsOf(wanted.value, plannedTasks.value, () => true) : new Map<string, never>(),
);

export const discard = (): void =>
  batch(() => {
    made.value = undefined;
    takenOut.value = new Set();
    committed.value = new Set();
    report.value = undefined;
    problem.value = undefined;
    plannedTasks.value = new Map();
  });
session.subscribe((who) => {
  if (who !== undefined) return;
  discard();
  isOpen.value = false;
});

/** Runs a request; a refusal is told in the panel. */
const told = async (work: () => Promise<void>): Promise<void> => {
  isBusy.value = true;
  problem.value = undefined;
  try {
    await work();
  } catch (error) {
    const { detail, errors = [] } = problemOf(error);
    problem.value = [readable(detail), ...errors.map(({ message }) => message)].join(' ');
  } finally {
    isBusy.value = false;
  }
};

/** The names and windows of what was planned; those of the backlog are known. */
const readTasks = async ({ from, to }: Range): Promise<void> => {
  const query = { planned_from: new Date(from).toISOString(), planned_to: new Date(to).toISOString() };
  const { items } = await client.list('/api/task-center/tasks', { query }, TASKS_MOST);
  plannedTasks.value = new Map([...tasks.value, ...items].map((task) => [task.id, task]));
};

export const isBeingMade = ({ state }: Pick<PlanView, 'state'>): boolean => state === 'QUEUED' || state === 'SOLVING';

const isCurrent = (planId: string): boolean => made.value?.plan.id === planId;

/** Reads the plan again and again until it is made. */
const follow = async (planId: string, range: Range): Promise<void> => {
  for (;;) {
    const plan = await client.get(PLAN, { params: { plan_id: planId } });
    if (!isCurrent(planId)) return;
    if (isBeingMade(plan)) {
      made.value = { plan, range };
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (!isCurrent(planId)) return;
      continue;
    }
    await readTasks(range);
    if (!isCurrent(planId)) return;
    made.value = { plan, range };
    const { outcome } = plan;
    announce(
      outcome === null
        ? `The plan is ${plan.state.toLowerCase()}.`
        : `The plan is ready: ${outcome.totals.placed} of ${outcome.totals.placed + outcome.totals.unplaced} tasks are placed.`,
    );
    return;
  }
};

/** Looks on where the network failed while a plan was made. */
export const lookAgain = (): void => {
  const current = made.value;
  if (current !== undefined) void told(() => follow(current.plan.id, current.range));
};

export const start = (range: Range, scope: Scope): Promise<void> =>
  told(async () => {
    const plan = await client.post('/api/task-center/plans', { body: draftOf(range, scope) });
    discard();
    made.value = { plan, range };
    announce('The plan is being made.');
    await follow(plan.id, range);
  });

const withSummary = (summary: Omit<PlanView, 'assignments' | 'unplaced' | 'left_out'>): void => {
  const current = made.value;
  if (current !== undefined && isCurrent(summary.id))
    made.value = { ...current, plan: { ...current.plan, ...summary } };
};

/** Stops a plan that is being made; who follows it shows the best so far. */
export const cancel = async (): Promise<void> => {
  const current = made.value;
  if (current === undefined) return;
  try {
    const summary = await client.post(`${PLAN}:cancel`, { params: { plan_id: current.plan.id } });
    if (isBeingMade(summary)) withSummary(summary);
  } catch (error) {
    // One that was made meanwhile is shown, and nothing is left to cancel.
    const { code, detail } = problemOf(error);
    if (code !== 'plan_state') problem.value = detail;
  }
};

const count = (components: readonly { readonly task_ids: readonly string[] }[]): number =>
  components.reduce((sum, { task_ids }) => sum + task_ids.length, 0);

const sentenceOf = (verb: string, done: number, left: number): string =>
  `${done} ${done === 1 ? 'task' : 'tasks'} ${verb}${left === 0 ? '' : `, ${left} left as ${left === 1 ? 'it was' : 'they were'}`}.`;

const tell = (sentence: string, left: readonly Left[]): void => {
  report.value = { sentence, left };
  announce(sentence);
  void refresh();
};

/** Does what is wanted of the plan. */
export const commit = (): Promise<void> =>
  told(async () => {
    const params = { plan_id: made.value?.plan.id ?? '' };
    const task_ids = wanted.value.map(({ task_id }) => task_id);
    const answer = await client.post(`${PLAN}:commit`, { params, body: { task_ids } });
    batch(() => {
      const done = answer.committed.flatMap((one) => one.task_ids);
      committed.value = new Set([...committed.value, ...done, ...answer.already_committed]);
      withSummary(answer.plan);
    });
    tell(sentenceOf('committed', count(answer.committed), count(answer.left_out)), answer.left_out);
  });

/** Takes back what was committed and nobody has touched since. */
export const revert = (): Promise<void> =>
  told(async () => {
    const answer = await client.post(`${PLAN}:revert`, { params: { plan_id: made.value?.plan.id ?? '' } });
    batch(() => {
      const back = new Set(answer.reverted.flatMap((one) => one.task_ids));
      committed.value = new Set([...committed.value].filter((id) => !back.has(id)));
      withSummary(answer.plan);
    });
    tell(sentenceOf('taken back', count(answer.reverted), count(answer.left_out)), answer.left_out);
  });
