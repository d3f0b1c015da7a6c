import { CONTRACTS } from '../../functions/contracts.ts';
import manifest from '../../package.json' with { type: 'json' };
import { makeDocument } from './document.ts';

/** The text of `docs/openapi.json`: the document of all routes, at the version of the package. */
export const documentText = (): string => `${JSON.stringify(makeDocument(CONTRACTS, manifest.version), null, 2)}\n`;
