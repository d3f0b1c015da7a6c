import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { guard, tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeSubmitForApproval } from '../../core/tasks/transition.ts';
import { submitForApproval } from './contract.ts';

const run = makeSubmitForApproval({ tasks, guard, retry, clock, newId });

export const handler = serve(submitForApproval, ({ call, params, body }) => run(call, params.task_id, body));
