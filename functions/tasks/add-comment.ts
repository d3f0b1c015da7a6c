import { clock, ledger, newId, retry, tasks } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeAddComment } from '../../core/tasks/material.ts';
import { addComment } from './contract.ts';

const run = makeAddComment({ tasks, ledger, retry, clock, newId });

export const handler = serve(addComment, ({ call, params, body }) => run(call, params.task_id, body));
