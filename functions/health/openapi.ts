import { serveWithoutTable } from '../../adapters/runtime/serve.ts';
import document from '../../docs/openapi.json' with { type: 'json' };
import { getDocument } from './contract.ts';

export const handler = serveWithoutTable(getDocument, () => Promise.resolve(document));
