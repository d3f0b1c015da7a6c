import * as z from 'zod';
import { flagInput, instantInput, sought } from '../fields.ts';
import { isOpen, nextStates, STATES, type State } from './lifecycle.ts';
import { windowOf, type Task } from './task.ts';

const statesInput = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(STATES)))
  // In one order and each once: the same list, however it was spelled, has the same cursors.
  .transform((named) => STATES.filter((state) => named.includes(state)))
  .meta({
    description: 'One state, or several separated by commas',
    override: { type: 'array', items: { type: 'string', enum: [...STATES] }, minItems: 1 },
  });

export const taskFilters = z
  .strictObject({
    state: statesInput.optional().meta({ param: { style: 'form', explode: false } }),
    assigned_to: z.string().optional(),
    task_type_id: z.string().optional(),
    area_code: sought().optional(),
    unassigned: flagInput
      .meta({ description: '`true`: the backlog, dispatchable tasks that nobody holds. `false` filters nothing' })
      .optional(),
    planned_from: instantInput
      .meta({ description: 'Open tasks whose window ends after this instant, in order of start' })
      .optional(),
    planned_to: instantInput
      .meta({ description: 'Open tasks whose window starts before this instant, in order of start' })
      .optional(),
    sort: z
      .enum(['planned_start_at'])
      .meta({ description: 'Open tasks that have a window, in order of start' })
      .optional(),
  })
  .refine(({ planned_from: from, planned_to: to }) => from === undefined || to === undefined || from < to, {
    path: ['planned_to'],
    error: 'planned_to must be after planned_from',
  });
export type TaskFilters = z.infer<typeof taskFilters>;

/** Whether the list holds open tasks with a window only, in order of start; else it is newest first. */
export const isPlanned = ({ planned_from, planned_to, sort }: TaskFilters): boolean =>
  planned_from !== undefined || planned_to !== undefined || sort !== undefined;

/** The states that a list may hold; undefined for all of them. */
export const statesOf = (filters: TaskFilters): readonly State[] | undefined => {
  const { state, unassigned } = filters;
  if (state === undefined && unassigned !== true && !isPlanned(filters)) return undefined;
  return (state ?? STATES).filter(
    (one) => (unassigned !== true || nextStates(one).includes('DISPATCHED')) && (!isPlanned(filters) || isOpen(one)),
  );
};

/** A draft is dispatchable only when it needs no approval: the one thing about the backlog that a state does not say. */
const isBacklog = ({ state, requires_approval, assigned_to }: Task): boolean =>
  assigned_to === null && (state !== 'DRAFT' || !requires_approval);

const reachesInto = (task: Task, { planned_from: from, planned_to: to }: TaskFilters): boolean => {
  const window = windowOf(task);
  return window !== undefined && (from === undefined || window.end > from) && (to === undefined || window.start < to);
};

/** Whether a task, as it is, belongs to a list. */
export const matches = (task: Task, filters: TaskFilters): boolean => {
  const { assigned_to, task_type_id, area_code, unassigned } = filters;
  return (
    statesOf(filters)?.includes(task.state) !== false &&
    (assigned_to === undefined || assigned_to === task.assigned_to) &&
    (task_type_id === undefined || task_type_id === task.task_type_id) &&
    (area_code === undefined || area_code === task.area_code) &&
    (unassigned !== true || isBacklog(task)) &&
    (!isPlanned(filters) || reachesInto(task, filters))
  );
};
