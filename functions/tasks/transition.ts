import { clock, guard, newId, retry, tasks } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeTransitionTask } from '../../core/tasks/transition.ts';
import { transitionTask } from './contract.ts';

const run = makeTransitionTask({ tasks, guard, retry, clock, newId });

export const handler = serve(transitionTask, ({ call, params, body }) => run(call, params.task_id, body));
