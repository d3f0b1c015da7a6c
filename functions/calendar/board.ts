import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetBoard } from '../../core/calendar/views.ts';
import { getBoard } from './contract.ts';

const run = makeGetBoard({ calendars });

export const handler = serve(getBoard, ({ call, query }) => run(call.tenantId, query));
