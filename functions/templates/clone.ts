import { clock, ledger, newId, templates } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCloneTemplate } from '../../core/templates/create.ts';
import { cloneTemplate } from './contract.ts';

const run = makeCloneTemplate({ templates, ledger, clock, newId });

export const handler = serve(cloneTemplate, ({ call, params, body }) => run(call, params.template_id, body));
