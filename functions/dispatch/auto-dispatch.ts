import { clock, newId, retry, turns } from '../../adapters/runtime/composition.ts';
import { assets } from '../../adapters/runtime/resources/assets.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { guard } from '../../adapters/runtime/resources/decisions.ts';
import { strategies } from '../../adapters/runtime/resources/strategies.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeAutoDispatchTask } from '../../core/dispatch/auto-dispatch.ts';
import { autoDispatchTask } from './contract.ts';

const run = makeAutoDispatchTask({ tasks, calendars, assets, strategies, guard, turns, retry, clock, newId });

export const handler = serve(autoDispatchTask, ({ call, params, body }) => run(call, params.task_id, body));
