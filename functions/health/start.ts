import { serveWithoutTable } from '../../adapters/runtime/serve.ts';
import { getDocument, healthz, readyz, start } from './contract.ts';

export const handler = serveWithoutTable(start, () =>
  Promise.resolve({ board: start.browsersTo, openapi: getDocument.path, healthz: healthz.path, readyz: readyz.path }),
);
