import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { guard, tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeAddAttachment } from '../../core/tasks/material.ts';
import { addAttachment } from './contract.ts';

const run = makeAddAttachment({ tasks, guard, retry, clock, newId });

export const handler = serve(addAttachment, ({ call, params, body }) => run(call, params.task_id, body));
