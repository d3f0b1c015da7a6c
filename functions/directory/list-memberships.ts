import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListMemberships } from '../../core/identity/memberships.ts';
import { listMemberships } from './contract.ts';

const run = makeListMemberships({ calendars });

export const handler = serve(listMemberships, ({ call, params }) => run(call.tenantId, params.user_id));
