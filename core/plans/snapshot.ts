import type { Asset, Assets, Tally } from '../assets/asset.ts';
import { idOf, isAbsence, type AssetCalendar, type Calendars, type Surveyed } from '../calendar/calendar.ts';
import type { Window } from '../calendar/window.ts';
import { DomainError } from '../errors.ts';
import type { Strategy } from '../scoring/strategy.ts';
import { ruleNamed } from '../scoring/rule.ts';
import type { Strategies } from '../scoring/strategies.ts';
import { holderOf } from '../tasks/rules.ts';
import { heldWindowOf, type Task } from '../tasks/task.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { LeftOut } from './answer.ts';
import type { PlanRequest } from './request.ts';

/** A task of a plan: what the planner has to know of it, and none of its documents. */
export type OpenTask = Pick<
  Task,
  | 'id'
  | 'priority'
  | 'risk_level'
  | 'org_unit_id'
  | 'area_code'
  | 'required_assets'
  | 'required_qualifications'
  | 'asset_ids'
  | 'version'
  | 'remarks'
> & {
  /** With its buffers. */
  readonly window: Window;
  /** The candidate who holds it and may lose it. */
  readonly was: string | null;
  readonly is_pinned: boolean;
};

/** Everything that a plan is made from, read at about one moment. */
export interface PlanSnapshot {
  readonly tasks: readonly OpenTask[];
  readonly left_out: readonly LeftOut[];
  /** Active candidates with what they hold in the time of the tasks; those who exist only. */
  readonly people: readonly Surveyed[];
  /** Assets that any of the tasks could take, or holds, with what they hold. */
  readonly equipment: readonly (Surveyed<AssetCalendar> & { readonly asset: Asset })[];
  /** By the area of a task; null is the whole tenant. */
  readonly tallies: readonly (readonly [string | null, Tally])[];
  readonly strategy: Strategy;
}

export interface SnapshotPorts {
  readonly tasks: Pick<Tasks, 'getMany'>;
  readonly calendars: Pick<Calendars, 'survey' | 'surveyAssets'>;
  readonly assets: Pick<Assets, 'tally' | 'ofTypes' | 'findMany'>;
  readonly strategies: Pick<Strategies, 'find' | 'chosen'>;
}

/**
 * Reads what a plan is made from. Refuses with `stale_read` when tasks and calendars contradict each other because
 * somebody dispatched between the two reads: then it is read again.
 */
export const readSnapshot = async (
  ports: SnapshotPorts,
  tenantId: string,
  request: PlanRequest,
): Promise<PlanSnapshot> => {
  const [found, strategy] = await Promise.all([
    ports.tasks.getMany(tenantId, request.task_ids),
    ruleNamed(ports.strategies, tenantId, request.strategy_id),
  ]);
  const { tasks, left_out } = sorted(request, found);
  const areas = [...new Set(tasks.map(({ area_code }) => area_code))];
  const [surveyed, equipment, tallies] = await Promise.all([
    ports.calendars.survey(tenantId, request.candidate_user_ids, timeOf(tasks), 'strong'),
    readEquipment(ports, tenantId, tasks),
    Promise.all(areas.map(async (area) => [area, await ports.assets.tally(tenantId, area)] as const)),
  ]);
  // Whoever is inactive takes nothing; what they hold stays where it is.
  const people = surveyed
    .filter(({ calendar }) => calendar.is_active)
    .toSorted((a, b) => (a.calendar.user_id < b.calendar.user_id ? -1 : 1));
  const active = new Set(people.map(({ calendar }) => calendar.user_id));
  const isOpen = ({ was }: OpenTask): boolean => was === null || active.has(was);
  const open = tasks.filter(isOpen);
  requireAgreement(open, people);
  return {
    tasks: open,
    left_out: [
      ...left_out,
      ...tasks.filter((task) => !isOpen(task)).map(({ id }) => ({ task_id: id, reason: 'held' as const })),
    ],
    people,
    equipment,
    tallies,
    strategy,
  };
};

/** Assets of the types that tasks demand, and those that they hold. */
const readEquipment = async (
  { assets, calendars }: SnapshotPorts,
  tenantId: string,
  tasks: readonly OpenTask[],
): Promise<PlanSnapshot['equipment']> => {
  const types = [
    ...new Set(tasks.flatMap(({ required_assets }) => required_assets.map(({ asset_type }) => asset_type))),
  ];
  const held = [...new Set(tasks.flatMap(({ asset_ids }) => asset_ids))];
  const found = await Promise.all([
    types.length === 0 ? [] : assets.ofTypes(tenantId, types),
    held.length === 0 ? [] : assets.findMany(tenantId, held),
  ]);
  const byId = new Map(found.flat().map((asset) => [asset.id, asset]));
  const ids = [...byId.keys()].toSorted();
  const surveyed = await calendars.surveyAssets(tenantId, ids, timeOf(tasks), 'strong');
  return surveyed.flatMap((one) => {
    const asset = byId.get(one.calendar.asset_id);
    return asset === undefined ? [] : [{ ...one, asset }];
  });
};

/** Tasks that can be planned, in the order of their ids, and why the others cannot. */
const sorted = (
  { task_ids, candidate_user_ids, pinned_task_ids, may_reassign }: PlanRequest,
  found: readonly Task[],
): { readonly tasks: readonly OpenTask[]; readonly left_out: readonly LeftOut[] } => {
  const byId = new Map(found.map((task) => [task.id, task]));
  const candidates = new Set(candidate_user_ids);
  const pinned = new Set(pinned_task_ids);
  const tasks: OpenTask[] = [];
  const left_out: LeftOut[] = [];
  for (const task_id of task_ids.toSorted()) {
    const task = byId.get(task_id);
    const window = task === undefined ? undefined : heldWindowOf(task);
    const holder = task === undefined ? undefined : holderOf(task);
    const leave = (reason: LeftOut['reason']): unknown => left_out.push({ task_id, reason });
    if (task === undefined) leave('unknown_task');
    else if (holder === undefined && !['DRAFT', 'APPROVED'].includes(task.state)) leave('not_dispatchable');
    else if (task.state === 'DRAFT' && task.requires_approval) leave('approval_required');
    else if (window === undefined) leave('unscheduled');
    else if (holder !== undefined && (!may_reassign || holder.state !== 'DISPATCHED' || !candidates.has(holder.userId)))
      leave('held');
    else {
      const { id, priority, risk_level, org_unit_id, area_code, required_assets, asset_ids, version, remarks } = task;
      const { required_qualifications } = task;
      tasks.push({
        ...{ id, priority, risk_level, org_unit_id, area_code, required_assets, required_qualifications, asset_ids },
        ...{ version, remarks, window },
        was: holder?.userId ?? null,
        is_pinned: holder !== undefined && pinned.has(id),
      });
    }
  }
  return { tasks, left_out };
};

/** From the first start to the last end. */
const timeOf = (tasks: readonly OpenTask[]): Window | undefined => {
  const [first, ...others] = tasks.map(({ window }) => window);
  if (first === undefined) return undefined;
  return others.reduce(
    (all, { start, end }) => ({ start: start < all.start ? start : all.start, end: end > all.end ? end : all.end }),
    first,
  );
};

/** Each open task lies in the calendar of who holds it, and in no other. */
const requireAgreement = (tasks: readonly OpenTask[], people: readonly Surveyed[]): void => {
  const holders = new Map(
    people.flatMap(({ calendar, overlapping }) =>
      overlapping.filter((held) => !isAbsence(held)).map((held) => [idOf(held), calendar.user_id] as const),
    ),
  );
  if (tasks.every(({ id, was }) => (holders.get(id) ?? null) === was)) return;
  throw new DomainError('stale_read', 'Tasks were dispatched while they were read.', { moved: 'other' });
};
