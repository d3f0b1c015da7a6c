import { decisions } from '../../adapters/runtime/resources/decisions.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListDecisions } from '../../core/dispatch/decision.ts';
import { listDecisions } from './contract.ts';

const run = makeListDecisions({ tasks, decisions });

export const handler = serve(listDecisions, ({ call, params, page }) => run(call.tenantId, params.task_id, page));
