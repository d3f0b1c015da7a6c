import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { guard, tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeAddComment } from '../../core/tasks/material.ts';
import { addComment } from './contract.ts';

const run = makeAddComment({ tasks, guard, retry, clock, newId });

export const handler = serve(addComment, ({ call, params, body }) => run(call, params.task_id, body));
