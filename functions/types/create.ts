import { clock, newId } from '../../adapters/runtime/composition.ts';
import { commit } from '../../adapters/runtime/resources/task-types.ts';
import { qualifications } from '../../adapters/runtime/resources/qualifications.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateTaskType } from '../../core/types/create.ts';
import { createTaskType } from './contract.ts';

const run = makeCreateTaskType({ qualifications, commit, clock, newId });

export const handler = serve(createTaskType, ({ call, body }) => run(call, body));
