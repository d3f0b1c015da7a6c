import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetTask } from '../../core/tasks/read.ts';
import { getTask } from './contract.ts';

const run = makeGetTask({ tasks });

export const handler = serve(getTask, ({ call, params }) => run(call, params.task_id));
