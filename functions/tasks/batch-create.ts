import { clock, ledger, newId, references } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateBatch } from '../../core/tasks/create.ts';
import { batchCreateTasks } from './contract.ts';

const createBatch = makeCreateBatch({ references, ledger, clock, newId });

export const handler = serve(batchCreateTasks, ({ call, body }) => createBatch(call, body));
