import { directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetRole } from '../../core/identity/roles.ts';
import { getRole } from './contract.ts';

const run = makeGetRole({ directory });

export const handler = serve(getRole, ({ call, params }) => run(call.tenantId, params.role_id));
