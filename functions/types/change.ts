import { clock, ledger, newId, retry, taskTypes } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeChangeTaskType } from '../../core/types/change.ts';
import { changeTaskType } from './contract.ts';

const run = makeChangeTaskType({ taskTypes, ledger, retry, clock, newId });

export const handler = serve(changeTaskType, ({ call, params, body }) => run(call, params.task_type_id, body));
