import { calendarOf } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetOperatingHours } from '../../core/working-hours/manage.ts';
import { getOperatingHours } from './contract.ts';

const run = makeGetOperatingHours({ calendarOf });

export const handler = serve(getOperatingHours, ({ call, params }) => run(call.tenantId, params.asset_id));
