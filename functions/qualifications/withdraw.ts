import { clock, retry } from '../../adapters/runtime/composition.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit } from '../../adapters/runtime/resources/identity.ts';
import { qualifications } from '../../adapters/runtime/resources/qualifications.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeWithdrawQualification } from '../../core/qualifications/manage.ts';
import { withdrawQualification } from './contract.ts';

const run = makeWithdrawQualification({ qualifications, calendars, commit, retry, clock });

export const handler = serve(withdrawQualification, ({ call, params, query }) =>
  run(call, params.user_id, params.qualification_id, query),
);
