import { clock, newId } from '../../adapters/runtime/composition.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit } from '../../adapters/runtime/resources/plans.ts';
import { strategies } from '../../adapters/runtime/resources/strategies.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreatePlan } from '../../core/plans/create.ts';
import { createPlan } from './contract.ts';

const run = makeCreatePlan({ tasks, calendars, strategies, commit, clock, newId });

export const handler = serve(createPlan, ({ call, body }) => run(call, body));
