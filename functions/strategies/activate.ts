import { clock, ledger, newId, retry, strategies } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeActivateStrategy } from '../../core/scoring/manage.ts';
import { activateStrategy } from './contract.ts';

const run = makeActivateStrategy({ strategies, ledger, retry, clock, newId });

export const handler = serve(activateStrategy, ({ call, params }) => run(call, params.strategy_id));
