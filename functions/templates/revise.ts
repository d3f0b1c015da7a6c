import { clock, ledger, newId, retry, templates } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeReviseTemplate } from '../../core/templates/revise.ts';
import { reviseTemplate } from './contract.ts';

const run = makeReviseTemplate({ templates, ledger, retry, clock, newId });

export const handler = serve(reviseTemplate, ({ call, params, body }) => run(call, params.template_id, body));
