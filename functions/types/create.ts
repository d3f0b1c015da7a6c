import { clock, ledger, newId } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateTaskType } from '../../core/types/create.ts';
import { createTaskType } from './contract.ts';

const run = makeCreateTaskType({ ledger, clock, newId });

export const handler = serve(createTaskType, ({ call, body }) => run(call, body));
