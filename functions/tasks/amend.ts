import { clock, directory, ledger, newId, retry, tasks } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeAmendTask } from '../../core/tasks/amend.ts';
import { amendTask } from './contract.ts';

const run = makeAmendTask({ tasks, directory, ledger, retry, clock, newId });

export const handler = serve(amendTask, ({ call, params, body }) => run(call, params.task_id, body));
