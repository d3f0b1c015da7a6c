import { clock, retry } from '../../adapters/runtime/composition.ts';
import { qualifications } from '../../adapters/runtime/resources/qualifications.ts';
import { commit, templates } from '../../adapters/runtime/resources/templates.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeReviseTemplate } from '../../core/templates/revise.ts';
import { reviseTemplate } from './contract.ts';

const run = makeReviseTemplate({ templates, qualifications, commit, retry, clock });

export const handler = serve(reviseTemplate, ({ call, params, body }) => run(call, params.template_id, body));
