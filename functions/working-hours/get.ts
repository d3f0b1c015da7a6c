import { calendarOf } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetWorkingHours } from '../../core/working-hours/manage.ts';
import { getWorkingHours } from './contract.ts';

const run = makeGetWorkingHours({ calendarOf });

export const handler = serve(getWorkingHours, ({ call, params }) => run(call.tenantId, params.user_id));
