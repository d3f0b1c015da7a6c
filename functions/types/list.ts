import { taskTypes } from '../../adapters/runtime/resources/task-types.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { listTaskTypes } from './contract.ts';

export const handler = serve(listTaskTypes, ({ call, query, page }) => taskTypes.list(call.tenantId, query, page));
