import { strategies } from '../../adapters/runtime/resources/strategies.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetShadowReport } from '../../core/scoring/manage.ts';
import { getShadowReport } from './contract.ts';

const run = makeGetShadowReport({ strategies });

export const handler = serve(getShadowReport, ({ call, params }) => run(call.tenantId, params.strategy_id));
