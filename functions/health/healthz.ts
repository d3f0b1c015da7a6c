import { serve } from '../../adapters/runtime/serve.ts';
import { healthz } from './contract.ts';

export const handler = serve(healthz, () => Promise.resolve({ status: 'ok' }));
