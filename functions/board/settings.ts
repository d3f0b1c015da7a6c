import { boardSettings } from '../../adapters/runtime/board-files.ts';
import { serveWithoutTable } from '../../adapters/runtime/serve.ts';
import { getBoardSettings } from './contract.ts';

export const handler = serveWithoutTable(getBoardSettings, () => Promise.resolve(boardSettings));
