import { strategies } from '../../adapters/runtime/resources/strategies.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListStrategies } from '../../core/scoring/manage.ts';
import { listStrategies } from './contract.ts';

const run = makeListStrategies({ strategies });

export const handler = serve(listStrategies, ({ call }) => run(call.tenantId));
