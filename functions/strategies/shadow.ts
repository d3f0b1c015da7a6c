import { clock, ledger, newId, retry, strategies } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeChooseStrategy } from '../../core/scoring/manage.ts';
import { shadowStrategy } from './contract.ts';

const run = makeChooseStrategy({ strategies, ledger, retry, clock, newId });

export const handler = serve(shadowStrategy, ({ call, params }) => run(call, params.strategy_id, 'shadow'));
