import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListComments } from '../../core/tasks/read.ts';
import { listComments } from './contract.ts';

const run = makeListComments({ tasks });

export const handler = serve(listComments, ({ call, params, page }) => run(call, params.task_id, page));
