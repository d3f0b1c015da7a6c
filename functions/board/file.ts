import { boardFile } from '../../adapters/runtime/board-files.ts';
import { serveWithoutTable } from '../../adapters/runtime/serve.ts';
import { getBoardFile } from './contract.ts';

export const handler = serveWithoutTable(getBoardFile, async ({ params }) => boardFile(params.file));
