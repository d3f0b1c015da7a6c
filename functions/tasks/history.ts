import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListHistory } from '../../core/tasks/read.ts';
import { listHistory } from './contract.ts';

const run = makeListHistory({ tasks });

export const handler = serve(listHistory, ({ call, params, page }) => run(call, params.task_id, page));
