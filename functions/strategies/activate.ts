import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { commit, strategies } from '../../adapters/runtime/resources/strategies.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeActivateStrategy } from '../../core/scoring/manage.ts';
import { activateStrategy } from './contract.ts';

const run = makeActivateStrategy({ strategies, commit, retry, clock, newId });

export const handler = serve(activateStrategy, ({ call, params }) => run(call, params.strategy_id));
