import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { commit, strategies } from '../../adapters/runtime/resources/strategies.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateStrategy } from '../../core/scoring/manage.ts';
import { createStrategy } from './contract.ts';

const run = makeCreateStrategy({ strategies, commit, retry, clock, newId });

export const handler = serve(createStrategy, ({ call, body }) => run(call, body));
