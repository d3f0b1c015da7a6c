import { clock, newId } from '../../adapters/runtime/composition.ts';
import { commit, references } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateBatch } from '../../core/tasks/create.ts';
import { batchCreateTasks } from './contract.ts';

const createBatch = makeCreateBatch({ references, commit, clock, newId });

export const handler = serve(batchCreateTasks, ({ call, body }) => createBatch(call, body));
