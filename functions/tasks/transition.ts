import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { guard, tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeTransitionTask } from '../../core/tasks/transition.ts';
import { transitionTask } from './contract.ts';

const run = makeTransitionTask({ tasks, guard, retry, clock, newId });

export const handler = serve(transitionTask, ({ call, params, body }) => run(call, params.task_id, body));
