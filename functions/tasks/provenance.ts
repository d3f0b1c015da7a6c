import { taskTypes } from '../../adapters/runtime/resources/task-types.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { templates } from '../../adapters/runtime/resources/templates.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetProvenance } from '../../core/tasks/provenance.ts';
import { getProvenance } from './contract.ts';

const run = makeGetProvenance({ tasks, templates, taskTypes });

export const handler = serve(getProvenance, ({ call, params }) => run(call.tenantId, params.task_id));
