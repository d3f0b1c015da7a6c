import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { assets } from '../../adapters/runtime/resources/assets.ts';
import { calendars, suggest } from '../../adapters/runtime/resources/calendars.ts';
import { guard, tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeDispatchTask } from '../../core/dispatch/dispatch.ts';
import { dispatchTask } from './contract.ts';

const run = makeDispatchTask({ tasks, calendars, assets, guard, suggest, retry, clock, newId });

export const handler = serve(dispatchTask, ({ call, params, body }) => run(call, params.task_id, body));
