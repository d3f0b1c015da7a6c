import * as z from 'zod';
import { idSchema } from '../fields.ts';
import { instantSchema } from '../time/instant.ts';

/** A transaction of a commit or a revert: written in it, so that whoever repeats it finds what is done. */
export const planStepSchema = z.object({
  id: idSchema,
  kind: z.enum(['COMMIT', 'REVERT']),
  /** With the version that each task has got by it. */
  tasks: z.array(
    z.object({
      ...{ task_id: z.string(), version: z.number(), from: z.string().nullable(), to: z.string().nullable() },
      ...{ from_assets: z.array(z.string()), to_assets: z.array(z.string()) },
    }),
  ),
  calendars: z.array(z.object({ resource: z.string(), version: z.number() })),
  made_by: z.string(),
  made_at: instantSchema,
});
export type PlanStep = z.infer<typeof planStepSchema>;

/** What a plan has done so far: by the latest that it did to each task. */
export interface PlanLog {
  readonly committed: ReadonlyMap<string, PlanStep['tasks'][number]>;
  readonly reverted: ReadonlySet<string>;
  /** The versions of calendars that the plan itself has made. */
  readonly calendars: ReadonlyMap<string, number>;
}

/** Versions only rise, so they say which of two steps came later. */
export const logOf = (steps: readonly PlanStep[]): PlanLog => {
  const latest = new Map<string, { readonly kind: PlanStep['kind']; readonly task: PlanStep['tasks'][number] }>();
  const calendars = new Map<string, number>();
  for (const { kind, tasks, calendars: moved } of steps) {
    for (const task of tasks) {
      if ((latest.get(task.task_id)?.task.version ?? 0) < task.version) latest.set(task.task_id, { kind, task });
    }
    for (const { resource, version } of moved) calendars.set(resource, Math.max(version, calendars.get(resource) ?? 0));
  }
  const of = (kind: PlanStep['kind']) => [...latest].filter(([, one]) => one.kind === kind);
  return {
    committed: new Map(of('COMMIT').map(([id, { task }]) => [id, task])),
    reverted: new Set(of('REVERT').map(([id]) => id)),
    calendars,
  };
};
