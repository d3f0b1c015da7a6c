import { appendFileSync, renameSync, statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './startup-error.ts';

const CURRENT = 'current.jsonl';
const PREVIOUS = 'previous.jsonl';
/** Of one of the two files: a line has about 400 bytes, so this is the last twenty thousand requests or more. */
const FILE_BYTES = 8 * 1024 * 1024;

export const logFolderOf = (dataDirectory: string): string => join(dataDirectory, 'log');

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/**
 * Keeps the lines of the log in a folder, in two files of bounded size: when one is full, it takes the place of the one
 * before. Answers what writes a line, without its end. A disk that takes no more lines is said once and ends the
 * keeping, not the run.
 */
export const openLogFolder = async (directory: string, fileBytes = FILE_BYTES): Promise<(line: string) => void> => {
  await mkdir(directory, { recursive: true });
  const current = join(directory, CURRENT);
  let size = sizeOf(current);
  let isKeeping = true;
  return (line) => {
    if (!isKeeping) return;
    try {
      if (size >= fileBytes) {
        renameSync(current, join(directory, PREVIOUS));
        size = 0;
      }
      // At once: what a killed process said last is what is asked for most.
      appendFileSync(current, `${line}\n`);
      size += Buffer.byteLength(line) + 1;
    } catch (error) {
      isKeeping = false;
      console.error(`The log is not kept any more: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
};

const linesOf = async (file: string): Promise<readonly string[]> => {
  try {
    return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
};

/** Every line that is kept, oldest first. */
export const readLogFolder = async (directory: string): Promise<readonly string[]> => [
  ...(await linesOf(join(directory, PREVIOUS))),
  ...(await linesOf(join(directory, CURRENT))),
];
