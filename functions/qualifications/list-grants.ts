import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListGrants } from '../../core/qualifications/manage.ts';
import { listGrants } from './contract.ts';

const run = makeListGrants({ calendars });

export const handler = serve(listGrants, ({ call, params }) => run(call.tenantId, params.user_id));
