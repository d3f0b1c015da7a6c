import { clock, retry } from '../../adapters/runtime/composition.ts';
import { commit, qualifications } from '../../adapters/runtime/resources/qualifications.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeChangeQualification } from '../../core/qualifications/change.ts';
import { changeQualification } from './contract.ts';

const run = makeChangeQualification({ qualifications, commit, retry, clock });

export const handler = serve(changeQualification, ({ call, params, body }) => run(call, params.qualification_id, body));
