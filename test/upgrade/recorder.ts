import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, paginateScan, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { startLocalServer } from '../../local/server.ts';
import { LOCAL_TABLE } from '../../local/table.ts';
import type { Kept } from './kinds.ts';

interface Answer {
  readonly id: string;
  readonly plan_token?: string;
  readonly access_token?: string;
}

type Item = Readonly<Record<string, AttributeValue>>;
const keyOf = ({ PK, SK }: Item): string => `${PK?.S ?? ''} ${SK?.S ?? ''}`;
const entries = (items: readonly Item[]): number => items.filter(({ SK }) => SK?.S?.startsWith('ENTRY#')).length;

/** An answer without what the clock changes: a plan expires. */
const lasting = (path: string, answer: unknown): unknown =>
  path.includes('/plans/') ? { ...(answer as object), state: undefined } : answer;

/** A local service whose client keeps what it has written: `<name>.jsonl`, and what the API says of it. */
export const startRecorder = async () => {
  process.env['LOG_LEVEL'] = 'SILENT';
  const server = await startLocalServer({ host: '127.0.0.1', port: 0, inMemory: true });
  const client = new DynamoDBClient({ endpoint: process.env['DYNAMODB_ENDPOINT'] ?? '', region: 'us-east-1' });
  const session: { token?: string | undefined } = {};
  const send = async (method: string, path: string, body?: object, key?: string): Promise<unknown> => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(session.token === undefined ? {} : { Authorization: `Bearer ${session.token}` }),
        ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok && response.status !== 401) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const post = async (path: string, body: object = {}, key?: string): Promise<Answer> =>
    (await send('POST', path, body, key)) as Answer;

  /** All items but those of other tenants. The trail is complete when it has stood still for a while. */
  const itemsOf = async (tenantId: string): Promise<readonly Item[]> => {
    const read = async (): Promise<readonly Item[]> => {
      const items: Item[] = [];
      for await (const { Items = [] } of paginateScan({ client }, { TableName: LOCAL_TABLE, ConsistentRead: true }))
        items.push(...Items);
      return items.filter(
        ({ PK, tenant_id }) => PK?.S?.startsWith(`T#${tenantId}`) === true || tenant_id?.S === tenantId,
      );
    };
    let items = await read();
    for (let before = -1; before !== entries(items);) {
      before = entries(items);
      await delay(3_000);
      items = await read();
    }
    return items;
  };

  /** Writes the fixture, and ends the process. Throws when an item of a kind is missing. */
  const keep = async (
    name: string,
    kinds: Readonly<Record<string, RegExp>>,
    kept: Omit<Kept, 'answers'>,
    readings: readonly string[],
  ): Promise<never> => {
    const items = await itemsOf(kept.tenantId);
    const missing = Object.entries(kinds).filter(([, keys]) => !items.some((item) => keys.test(keyOf(item))));
    if (missing.length > 0) throw new Error(`No item of ${missing.map(([kind]) => kind).join(', ')}.`);
    const answers: Record<string, unknown> = {};
    for (const path of readings) answers[path] = lasting(path, await send('GET', path));
    const here = (file: string): URL => new URL(file, import.meta.url);
    const inText = (_: string, value: unknown): unknown =>
      value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value;
    const lines = items.map((item) => JSON.stringify(item, inText)).toSorted();
    await writeFile(here(`${name}.jsonl`), `${lines.join('\n')}\n`);
    await writeFile(here(`${name}-answers.json`), `${JSON.stringify({ ...kept, answers })}\n`);
    process.stdout.write(`${items.length} items and ${readings.length} answers.\n`);
    client.destroy();
    await server.stop();
    process.exit(0);
  };

  return {
    send,
    post,
    idOf: async (path: string, body: object, key?: string): Promise<string> => (await post(path, body, key)).id,
    signIn: async (login: object): Promise<void> => {
      session.token = (await post('/api/identity/dev-login', login)).access_token;
    },
    keep,
  };
};
