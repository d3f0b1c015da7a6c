import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { commit, strategies } from '../../adapters/runtime/resources/strategies.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeShadowStrategy } from '../../core/scoring/manage.ts';
import { shadowStrategy } from './contract.ts';

const run = makeShadowStrategy({ strategies, commit, retry, clock, newId });

export const handler = serve(shadowStrategy, ({ call, params, body }) => run(call, params.strategy_id, body));
