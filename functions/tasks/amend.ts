import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { directory } from '../../adapters/runtime/resources/identity.ts';
import { qualifications } from '../../adapters/runtime/resources/qualifications.ts';
import { guard, tasks } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeAmendTask } from '../../core/tasks/amend.ts';
import { amendTask } from './contract.ts';

const run = makeAmendTask({ tasks, directory, qualifications, guard, retry, clock, newId });

export const handler = serve(amendTask, ({ call, params, body }) => run(call, params.task_id, body));
