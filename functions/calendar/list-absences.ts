import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListAbsences } from '../../core/calendar/absences.ts';
import { listAbsences } from './contract.ts';

const run = makeListAbsences({ calendars });

export const handler = serve(listAbsences, ({ call, params, page }) => run(call.tenantId, params.user_id, page));
