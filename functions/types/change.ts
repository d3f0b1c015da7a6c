import { clock, retry } from '../../adapters/runtime/composition.ts';
import { commit, taskTypes } from '../../adapters/runtime/resources/task-types.ts';
import { qualifications } from '../../adapters/runtime/resources/qualifications.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeChangeTaskType } from '../../core/types/change.ts';
import { changeTaskType } from './contract.ts';

const run = makeChangeTaskType({ taskTypes, qualifications, commit, retry, clock });

export const handler = serve(changeTaskType, ({ call, params, body }) => run(call, params.task_type_id, body));
