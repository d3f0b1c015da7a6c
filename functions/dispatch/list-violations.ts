import { clock } from '../../adapters/runtime/composition.ts';
import { assets } from '../../adapters/runtime/resources/assets.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListViolations } from '../../core/dispatch/violations.ts';
import { listViolations } from './contract.ts';

const run = makeListViolations({ tasks, calendars, assets, clock });

export const handler = serve(listViolations, ({ call, page }) => run(call.tenantId, page));
