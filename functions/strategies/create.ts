import { clock, ledger, newId, retry, strategies } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateStrategy } from '../../core/scoring/manage.ts';
import { createStrategy } from './contract.ts';

const run = makeCreateStrategy({ strategies, ledger, retry, clock, newId });

export const handler = serve(createStrategy, ({ call, body }) => run(call, body));
