import { boardPage } from '../../adapters/runtime/board-files.ts';
import { serveWithoutTable } from '../../adapters/runtime/serve.ts';
import { openBoard } from './contract.ts';

export const handler = serveWithoutTable(openBoard, () => Promise.resolve(boardPage('board.html')));
