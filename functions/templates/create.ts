import { clock, ledger, newId, taskTypes } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateTemplate } from '../../core/templates/create.ts';
import { createTemplate } from './contract.ts';

const run = makeCreateTemplate({ taskTypes, ledger, clock, newId });

export const handler = serve(createTemplate, ({ call, body }) => run(call, body));
