import { directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetUser } from '../../core/identity/users.ts';
import { getUser } from './contract.ts';

const run = makeGetUser({ directory });

export const handler = serve(getUser, ({ call, params }) => run(call.tenantId, params.user_id));
