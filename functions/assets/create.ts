import { clock, newId } from '../../adapters/runtime/composition.ts';
import { commit } from '../../adapters/runtime/resources/assets.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeCreateAsset } from '../../core/assets/change.ts';
import { createAsset } from './contract.ts';

const run = makeCreateAsset({ commit, clock, newId });

export const handler = serve(createAsset, ({ call, body }) => run(call, body));
