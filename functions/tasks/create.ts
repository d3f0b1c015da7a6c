import { clock, ledger, newId, references } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateTask } from '../../core/tasks/create.ts';
import { createTask } from './contract.ts';

const run = makeCreateTask({ references, ledger, clock, newId });

export const handler = serve(createTask, ({ call, body }) => run(call, body));
