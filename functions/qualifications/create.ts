import { clock, newId } from '../../adapters/runtime/composition.ts';
import { commit } from '../../adapters/runtime/resources/qualifications.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateQualification } from '../../core/qualifications/create.ts';
import { createQualification } from './contract.ts';

const run = makeCreateQualification({ commit, clock, newId });

export const handler = serve(createQualification, ({ call, body }) => run(call, body));
