import { clock, guard, newId, retry, tasks } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeSubmitForApproval } from '../../core/tasks/transition.ts';
import { submitForApproval } from './contract.ts';

const run = makeSubmitForApproval({ tasks, guard, retry, clock, newId });

export const handler = serve(submitForApproval, ({ call, params, body }) => run(call, params.task_id, body));
