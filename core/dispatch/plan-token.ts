import * as z from 'zod';
import type { Tally } from '../assets/asset.ts';
import type { Call } from '../call.ts';
import type { ResourceCalendar, Surveyed } from '../calendar/calendar.ts';
import { few } from '../calendar/guard.ts';
import { DomainError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Strategy } from '../scoring/strategy.ts';
import { contentVersionOf, type Task } from '../tasks/task.ts';
import { personDemandOf } from '../tasks/rules.ts';
import { instantSchema, type Instant } from '../time/instant.ts';
import { ENGINE } from './decision.ts';
import type { Equipment } from './equipment.ts';
import { exclusionsOf } from './exclusions.ts';

/** What a preview of an auto-dispatch saw: all that its choice depends on. It holds as long as none of it has changed. */
const planSchema = z.object({
  version: z.number().int(),
  /** When it was shown: of a task without a window, grants may begin or end since. One of an earlier engine does not say. */
  at: instantSchema.optional(),
  engine_version: z.string(),
  strategy_version: z.string(),
  tally: z.object({ total: z.number().int(), available: z.number().int() }),
  /** Candidates and the versions of their calendars; null where there was no such user. */
  calendars: z.array(z.tuple([z.string(), z.number().int().nullable()])),
  /** The equipment that goes with it, and the versions of its calendars. */
  equipment: z.array(z.tuple([z.string(), z.number().int()])).default([]),
});
export type Plan = z.infer<typeof planSchema>;

const SUBJECTS = [
  'task',
  'calendar',
  'asset',
  'available_assets',
  'total_assets',
  'strategy',
  'engine',
  'qualifications',
] as const;

/** One thing that has changed since a plan was shown. */
export const planDifferenceSchema = z
  .object({
    subject: z.enum(SUBJECTS),
    user_id: z.string().optional().meta({ description: 'Whose calendar it is' }),
    asset_id: z.string().optional().meta({ description: 'Which asset it is' }),
    task_id: z.string().optional().meta({ description: 'Which task it is, where there are several' }),
    before: z.union([z.number(), z.string(), z.null()]).meta({
      description:
        'Of a task and a calendar the version, of assets the number, of qualifications the moment; null where there was none',
    }),
    now: z.union([z.number(), z.string(), z.null()]),
    taken: z
      .array(
        z.object({
          task_id: z.string(),
          name: z.string(),
          planned_start_at: z.string().nullable(),
          planned_end_at: z.string().nullable(),
        }),
      )
      .optional()
      .meta({ description: 'The tasks that the user has taken since, latest first' }),
    absences: z
      .array(z.object({ absence_id: z.string(), start_at: z.string(), end_at: z.string() }))
      .optional()
      .meta({ description: 'The absences that were entered for the user since, latest first' }),
    other_changes: z
      .number()
      .int()
      .min(0)
      .optional()
      .meta({
        description: `Further changes of the calendar since: what was given back, memberships, and takings beyond the last ${LIMITS.recentTakings}`,
      }),
  })
  .meta({ id: 'PlanDifference' });
export type PlanDifference = z.infer<typeof planDifferenceSchema>;

const purposeOf = (taskId: string): string => `plan:${taskId}`;

/** What a ranking was made from, besides the task. */
export interface Seen {
  /** All candidates, those included whom nobody knows. */
  readonly userIds: readonly string[];
  readonly surveyed: readonly Surveyed[];
  readonly tally: Tally;
  readonly strategy: Pick<Strategy, 'version'>;
  readonly at: Instant;
}

export const sealPlan = (
  call: Call,
  task: Task,
  { userIds, surveyed, tally, strategy, at }: Seen,
  equipment: Pick<Equipment, 'readings'>,
): string | undefined => {
  const versions = versionsOf(surveyed);
  const plan: Plan = {
    version: contentVersionOf(task),
    at,
    engine_version: ENGINE,
    strategy_version: strategy.version,
    tally: { total: tally.total, available: tally.available },
    calendars: userIds.map((userId) => [userId, versions.get(userId) ?? null]),
    equipment: assetVersions(equipment),
  };
  return call.seal?.close(purposeOf(task.id), JSON.stringify(plan));
};

/** Refuses with `malformed_plan` a token that this tenant's task did not give out. */
export const openPlan = (call: Call, taskId: string, token: string): Plan => {
  const text = call.seal?.open(purposeOf(taskId), token);
  if (text !== undefined) return planSchema.parse(JSON.parse(text));
  throw malformed('/plan_token', 'The plan_token is not one that a preview of this task gave out.');
};

const malformed = (pointer: string, message: string): DomainError =>
  new DomainError('malformed_plan', message, {}, { problems: [{ pointer, code: 'rule_broken', message }] });

/** The candidates of a plan. Refuses with `malformed_plan` a request that names others along with it. */
export const candidatesOf = ({ calendars }: Plan, named: readonly string[]): readonly string[] => {
  const planned = calendars.map(([userId]) => userId);
  const asked = new Set(named);
  if (asked.size === 0 || (asked.size === planned.length && planned.every((userId) => asked.has(userId))))
    return planned;
  throw malformed('/candidate_user_ids', 'The plan was made for other candidates: leave candidate_user_ids out.');
};

/** The equipment of a plan; undefined of one without. Refuses with `malformed_plan` a request that names other along with it. */
export const assetsOf = ({ equipment }: Plan, named: readonly string[] | undefined): readonly string[] | undefined => {
  const planned = equipment.map(([assetId]) => assetId);
  if (named !== undefined && (named.length !== planned.length || !named.every((id) => planned.includes(id))))
    throw malformed('/asset_ids', 'The plan was made with other equipment: leave asset_ids out.');
  return planned.length === 0 ? undefined : planned;
};

const versionsOf = (surveyed: readonly Surveyed[]): ReadonlyMap<string, number> =>
  new Map(surveyed.map(({ calendar }) => [calendar.user_id, calendar.version]));

/** Refuses with `plan_stale` when anything that the plan saw has changed, and says what: who took what since. */
export const requireFresh = (
  plan: Plan,
  task: Task,
  { userIds, surveyed, tally, strategy, at }: Seen,
  equipment: Pick<Equipment, 'readings'>,
): void => {
  const differences: PlanDifference[] = [];
  const compare = (subject: PlanDifference['subject'], before: number | string, now: number | string): void => {
    if (before !== now) differences.push({ subject, before, now });
  };
  compare('task', plan.version, contentVersionOf(task));
  compare('engine', plan.engine_version, ENGINE);
  compare('strategy', plan.strategy_version, strategy.version);
  compare('available_assets', plan.tally.available, tally.available);
  compare('total_assets', plan.tally.total, tally.total);
  // Of unmoved calendars only time makes another choice.
  const shownAt = plan.at ?? at;
  const [before, after] = [shownAt, at].map((moment) =>
    JSON.stringify(exclusionsOf(userIds, surveyed, personDemandOf(task), moment)),
  );
  if (before !== after) compare('qualifications', shownAt, at);
  const now = new Map(surveyed.map(({ calendar }) => [calendar.user_id, calendar]));
  for (const [userId, version] of plan.calendars) {
    const calendar = now.get(userId);
    if ((calendar?.version ?? null) === version) continue;
    differences.push({
      subject: 'calendar',
      user_id: userId,
      before: version,
      now: calendar?.version ?? null,
      ...(calendar === undefined ? {} : changesSince(calendar, version ?? 0)),
    });
  }
  const versions = new Map(assetVersions(equipment));
  for (const [asset_id, before] of plan.equipment) {
    const version = versions.get(asset_id) ?? null;
    if (version !== before) differences.push({ subject: 'asset', asset_id, before, now: version });
  }
  if (differences.length === 0) return;
  const what = differences.map(({ subject, user_id, asset_id }) =>
    [subject, user_id === undefined ? asset_id : `of ${user_id}`].filter((part) => part !== undefined).join(' '),
  );
  const message = `The plan is stale; since it was shown this has changed: ${few(what, 0)}. Preview again.`;
  throw new DomainError('plan_stale', message, { differences });
};

const assetVersions = ({ readings }: Pick<Equipment, 'readings'>): [string, number][] =>
  readings.flatMap(({ calendar }) => ('asset_id' in calendar ? [[calendar.asset_id, calendar.version]] : []));

export const changesSince = (
  { version: now, recent }: Pick<ResourceCalendar, 'version' | 'recent'>,
  version: number,
): Pick<PlanDifference, 'taken' | 'absences' | 'other_changes'> => {
  const since = recent.filter((one) => one.version > version);
  return {
    taken: since.flatMap((one) =>
      'task_id' in one
        ? {
            task_id: one.task_id,
            name: one.name,
            planned_start_at: one.window?.start ?? null,
            planned_end_at: one.window?.end ?? null,
          }
        : [],
    ),
    absences: since.flatMap((one) =>
      'absence_id' in one ? { absence_id: one.absence_id, start_at: one.window.start, end_at: one.window.end } : [],
    ),
    // One change may take several windows.
    other_changes: now - version - new Set(since.map((one) => one.version)).size,
  };
};
