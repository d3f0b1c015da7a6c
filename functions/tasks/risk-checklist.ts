import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { guard, tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeUpdateRiskChecklist } from '../../core/tasks/material.ts';
import { updateRiskChecklist } from './contract.ts';

const run = makeUpdateRiskChecklist({ tasks, guard, retry, clock, newId });

export const handler = serve(updateRiskChecklist, ({ call, params, body }) => run(call, params.task_id, body));
