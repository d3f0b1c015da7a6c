import { clock, newId } from '../../adapters/runtime/composition.ts';
import { commit, references } from '../../adapters/runtime/resources/tasks.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateTask } from '../../core/tasks/create.ts';
import { createTask } from './contract.ts';

const run = makeCreateTask({ references, commit, clock, newId });

export const handler = serve(createTask, ({ call, body }) => run(call, body));
