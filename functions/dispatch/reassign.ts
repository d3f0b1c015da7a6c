import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { assets } from '../../adapters/runtime/resources/assets.ts';
import { calendars, suggest } from '../../adapters/runtime/resources/calendars.ts';
import { guard, tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeReassign } from '../../core/dispatch/replan.ts';
import { reassignTask } from './contract.ts';

const run = makeReassign({ tasks, calendars, assets, guard, suggest, retry, clock, newId });

export const handler = serve(reassignTask, ({ call, params, body }) => run(call, params.task_id, body));
