import { clock, guard, newId, retry, tasks } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeUnassign } from '../../core/tasks/replan.ts';
import { unassignTask } from './contract.ts';

const run = makeUnassign({ tasks, guard, retry, clock, newId });

export const handler = serve(unassignTask, ({ call, params, body }) => run(call, params.task_id, body));
