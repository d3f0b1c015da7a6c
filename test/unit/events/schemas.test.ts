import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { EVENT_SCHEMAS } from '../../../core/events/event.ts';

const FOLDER = fileURLToPath(new URL('../../../docs/events/', import.meta.url));
const fileOf = (name: string): string => `${FOLDER}${name}.schema.json`;

/** The document of an event. Consumers are to ignore fields they do not know, so none is forbidden. */
const documentOf = async (name: string, schema: z.ZodType): Promise<string> => {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  const text = JSON.stringify({ $schema, $id: `urn:task-center:event:${name}`, title: name, ...rest });
  const options = await prettier.resolveConfig(fileOf(name));
  return prettier.format(text, { ...options, parser: 'json' });
};

describe('the documents in docs/events', () => {
  // After a change of an event: npx vitest run --project unit test/unit/events/schemas.test.ts -u
  it.each(Object.entries(EVENT_SCHEMAS))('say what %s is', async (name, schema) => {
    await expect(await documentOf(name, schema)).toMatchFileSnapshot(fileOf(name));
  });

  it('are of events that exist', async () => {
    const known = Object.keys(EVENT_SCHEMAS).map((name) => `${name}.schema.json`);
    expect((await readdir(FOLDER)).toSorted()).toEqual(known.toSorted());
  });
});
