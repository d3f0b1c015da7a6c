import { clock, ledger, newId, retry, tasks } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeUpdateRiskChecklist } from '../../core/tasks/material.ts';
import { updateRiskChecklist } from './contract.ts';

const run = makeUpdateRiskChecklist({ tasks, ledger, retry, clock, newId });

export const handler = serve(updateRiskChecklist, ({ call, params, body }) => run(call, params.task_id, body));
