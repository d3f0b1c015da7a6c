import { decisions } from '../../adapters/runtime/resources/decisions.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeReplayDecision } from '../../core/dispatch/decision.ts';
import { replayDecision } from './contract.ts';

const run = makeReplayDecision({ tasks, decisions });

export const handler = serve(replayDecision, ({ call, params, body }) =>
  run(call.tenantId, params.task_id, params.decision_id, body),
);
