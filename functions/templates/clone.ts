import { clock, newId } from '../../adapters/runtime/composition.ts';
import { commit, templates } from '../../adapters/runtime/resources/templates.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCloneTemplate } from '../../core/templates/create.ts';
import { cloneTemplate } from './contract.ts';

const run = makeCloneTemplate({ templates, commit, clock, newId });

export const handler = serve(cloneTemplate, ({ call, params, body }) => run(call, params.template_id, body));
