import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListTasks } from '../../core/tasks/read.ts';
import { listTasks } from './contract.ts';

const run = makeListTasks({ tasks });

export const handler = serve(listTasks, ({ call, query, page }) => run(call, query, page));
