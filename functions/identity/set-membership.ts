import { clock, retry } from '../../adapters/runtime/composition.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeSetMembership } from '../../core/identity/memberships.ts';
import { setMembership } from './contract.ts';

const run = makeSetMembership({ directory, calendars, commit, retry, clock });

export const handler = serve(setMembership, ({ call, params, body }) =>
  run(call, params.user_id, params.org_unit_id, body),
);
