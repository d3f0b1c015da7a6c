import { retry } from '../../adapters/runtime/composition.ts';
import { commit, strategies } from '../../adapters/runtime/resources/strategies.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeRetireStrategy } from '../../core/scoring/manage.ts';
import { retireStrategy } from './contract.ts';

const run = makeRetireStrategy({ strategies, commit, retry });

export const handler = serve(retireStrategy, ({ call, params }) => run(call, params.strategy_id));
