import { tasks, templates } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetProvenance } from '../../core/tasks/provenance.ts';
import { getProvenance } from './contract.ts';

const run = makeGetProvenance({ tasks, templates });

export const handler = serve(getProvenance, ({ call, params }) => run(call.tenantId, params.task_id));
