import { calendars, clock, guard, newId, retry, suggest, tasks } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeDispatchTask } from '../../core/tasks/dispatch.ts';
import { dispatchTask } from './contract.ts';

const run = makeDispatchTask({ tasks, calendars, guard, suggest, retry, clock, newId });

export const handler = serve(dispatchTask, ({ call, params, body }) => run(call, params.task_id, body));
