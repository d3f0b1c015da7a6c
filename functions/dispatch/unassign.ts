import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { guard, tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeUnassign } from '../../core/dispatch/replan.ts';
import { unassignTask } from './contract.ts';

const run = makeUnassign({ tasks, guard, retry, clock, newId });

export const handler = serve(unassignTask, ({ call, params, body }) => run(call, params.task_id, body));
