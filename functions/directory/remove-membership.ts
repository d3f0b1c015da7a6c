import { retry } from '../../adapters/runtime/composition.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit, directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeRemoveMembership } from '../../core/identity/memberships.ts';
import { removeMembership } from './contract.ts';

const run = makeRemoveMembership({ directory, calendars, commit, retry });

export const handler = serve(removeMembership, ({ call, params }) => run(call, params.user_id, params.org_unit_id));
