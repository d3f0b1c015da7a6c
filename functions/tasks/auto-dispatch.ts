import {
  assets,
  calendars,
  clock,
  guard,
  newId,
  retry,
  strategies,
  tasks,
} from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeAutoDispatchTask } from '../../core/tasks/auto-dispatch.ts';
import { autoDispatchTask } from './contract.ts';

const run = makeAutoDispatchTask({ tasks, calendars, assets, strategies, guard, retry, clock, newId });

export const handler = serve(autoDispatchTask, ({ call, params, body }) => run(call, params.task_id, body));
