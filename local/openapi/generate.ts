import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documentText } from './text.ts';

const FILE = 'docs/openapi.json';

await writeFile(join(import.meta.dirname, '../..', FILE), documentText());
console.log(`Wrote ${FILE}.`);
