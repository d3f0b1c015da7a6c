import { serveWithoutTable } from '../../adapters/runtime/serve.ts';
import { healthz } from './contract.ts';

export const handler = serveWithoutTable(healthz, () => Promise.resolve({ status: 'ok' }));
