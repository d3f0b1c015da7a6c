/**
 * Write units of the life of a task, by the rules that AWS documents, for payloads of several sizes. They are computed
 * because DynamoDB Local reports about twice what AWS bills. Prints the tables of `docs/data-model.md`, or puts them
 * there (`--write`).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { weighRisk, writeUnitTables } from './task-life.ts';

const DOCUMENT = new URL('../docs/data-model.md', import.meta.url);
const PLACE = /(?<=<!-- begin write units -->\n).*(?=<!-- end write units -->)/s;

const text = await writeUnitTables();
if (process.argv.includes('--write')) {
  const document = await readFile(DOCUMENT, 'utf8');
  await writeFile(
    DOCUMENT,
    document.replace(PLACE, () => `\n${text}\n\n`),
  );
} else {
  console.log(text);
  const { items, indexes } = await weighRisk();
  console.log(`\nA change of risk: ${items} + ${indexes}.`);
}
