import type { SdkCall } from './service.ts';

/** The answer of a read, in the parts that are kept apart: an item by its key, a query by its input. */
interface Read {
  readonly ConsistentRead?: boolean;
  readonly [part: string]: unknown;
}

/**
 * A replica that lags. DynamoDB Local answers every read with the newest state; DynamoDB itself may answer an eventually
 * consistent one with an older state. This answers it with what was read there before, while the replica `isLate`.
 */
export const makeLag = (isLate: () => boolean) => {
  const seen = new Map<string, unknown>();
  const older = (name: string): { readonly answer: unknown } | undefined =>
    seen.has(name) && isLate() ? { answer: seen.get(name) } : undefined;

  const batch = async (input: SdkCall['input'], send: () => Promise<unknown>): Promise<unknown> => {
    const [table, request] = Object.entries<Read & { Keys: Record<string, string>[] }>(input.RequestItems)[0] ?? [];
    const result = (await send()) as { output: { Responses?: Record<string, Record<string, unknown>[]> } };
    if (table === undefined || request === undefined) return result;
    const found = result.output.Responses?.[table] ?? [];
    const items = request.Keys.flatMap((key) => {
      const name = JSON.stringify([key['PK'], key['SK']]);
      const item = found.find((one) => one['PK'] === key['PK'] && one['SK'] === key['SK']);
      const old = request.ConsistentRead === true ? undefined : older(name);
      if (old === undefined) seen.set(name, item);
      const answered = old === undefined ? item : (old.answer as typeof item);
      return answered === undefined ? [] : [answered];
    });
    return { ...result, output: { ...result.output, Responses: { [table]: items } } };
  };

  return async ({ operation, input }: SdkCall, send: () => Promise<unknown>): Promise<unknown> => {
    if (operation === 'BatchGetItem' || operation === 'BatchGet') return batch(input, send);
    if (operation !== 'Query' || input.IndexName !== undefined) return send();
    const { ConsistentRead, ...query } = input as Read;
    const name = JSON.stringify(query);
    const old = ConsistentRead === true ? undefined : older(name);
    if (old !== undefined) return old.answer;
    const result = await send();
    seen.set(name, result);
    return result;
  };
};
