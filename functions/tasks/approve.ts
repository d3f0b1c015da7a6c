import { clock, guard, newId, retry, tasks } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeApproveTask } from '../../core/tasks/transition.ts';
import { approveTask } from './contract.ts';

const run = makeApproveTask({ tasks, guard, retry, clock, newId });

export const handler = serve(approveTask, ({ call, params, body }) => run(call, params.task_id, body));
