import { clock, ledger, newId, retry, tasks } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeAddAttachment } from '../../core/tasks/material.ts';
import { addAttachment } from './contract.ts';

const run = makeAddAttachment({ tasks, ledger, retry, clock, newId });

export const handler = serve(addAttachment, ({ call, params, body }) => run(call, params.task_id, body));
