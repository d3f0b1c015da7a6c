import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { guard, tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeApproveTask } from '../../core/tasks/transition.ts';
import { approveTask } from './contract.ts';

const run = makeApproveTask({ tasks, guard, retry, clock, newId });

export const handler = serve(approveTask, ({ call, params, body }) => run(call, params.task_id, body));
