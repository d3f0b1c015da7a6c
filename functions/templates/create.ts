import { clock, newId } from '../../adapters/runtime/composition.ts';
import { qualifications } from '../../adapters/runtime/resources/qualifications.ts';
import { taskTypes } from '../../adapters/runtime/resources/task-types.ts';
import { commit } from '../../adapters/runtime/resources/templates.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateTemplate } from '../../core/templates/create.ts';
import { createTemplate } from './contract.ts';

const run = makeCreateTemplate({ taskTypes, qualifications, commit, clock, newId });

export const handler = serve(createTemplate, ({ call, body }) => run(call, body));
