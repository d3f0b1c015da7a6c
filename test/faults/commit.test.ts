import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeClient } from '../../adapters/dynamodb/client.ts';
import { faultOf } from '../../adapters/dynamodb/faults.ts';
import { makeTableReader } from '../../adapters/dynamodb/table-reader.ts';
import { makeTransact, type Action } from '../../adapters/dynamodb/transaction.ts';
import { environment, newId } from '../../adapters/runtime/composition.ts';
import { DomainError } from '../../core/errors.ts';
import { makeInjector, type Fault, type Injector, type Sent } from './injector.ts';
import { awsError, canceledFor, startTroubleServer, TROUBLES, type Trouble, type TroubleServer } from './trouble.ts';

const TableName = environment.TABLE_NAME;

let server: TroubleServer;
let injector: Injector;
let transact: ReturnType<typeof makeTransact>;
let reader: ReturnType<typeof makeTableReader>;
const client = makeClient({ endpoint: environment.DYNAMODB_ENDPOINT });
const ports = { client, sleep: () => Promise.resolve(), random: () => 0 };
beforeAll(async () => {
  server = await startTroubleServer();
  injector = makeInjector(client, server);
  transact = makeTransact({ ...ports, newToken: newId });
  reader = makeTableReader({ ...ports, tableName: TableName });
});
afterAll(() => server.stop());

const before = (trouble: Trouble): Fault => ({ trouble, afterEffect: false });
const after = (trouble: Trouble): Fault => ({ trouble, afterEffect: true });

/** Two new items, each of which must not exist yet. */
const newActions = (): readonly Action[] => {
  const id = newId();
  return ['first', 'second'].map((name) => ({
    label: name,
    write: {
      Put: {
        TableName,
        Item: { PK: `T#${id}`, SK: name },
        ConditionExpression: 'attribute_not_exists(PK)',
      },
    },
    refusal: () => new DomainError('duplicate', `The ${name} exists.`, { field: name }),
  }));
};

/** Commits while the requests suffer what the list says; those after it suffer the last of them, or nothing. */
const commit = async (actions: readonly Action[], faults: readonly Fault[], lasting = false) => {
  const plan = ({ request }: Sent) => faults[request - 1] ?? (lasting ? faults.at(-1) : undefined);
  const { result, requests } = await injector.during(plan, () =>
    transact(actions).then(
      () => 'committed',
      (error: unknown) => error,
    ),
  );
  return { outcome: result, attempts: requests };
};

describe('a commit that fails for good', () => {
  it.each([
    ['throttled', before(TROUBLES.throttling), 'throttled', 8],
    ['throttled in a reason', before(TROUBLES.canceledThrottled), 'throttled', 8],
    ['in conflict', before(TROUBLES.conflict), 'busy', 8],
    ['in progress', before(TROUBLES.inProgress), 'outcome_unknown', 8],
    ['not connected', before(TROUBLES.refused), 'table_unavailable', 3],
    ['not answered', before(TROUBLES.silent), 'outcome_unknown', 3],
    ['not acknowledged', after(TROUBLES.reset), 'outcome_unknown', 3],
    ['answered by half', after(TROUBLES.truncated), 'outcome_unknown', 3],
    ['answered by something else', before({ kind: 'answer', status: 200, body: '<html>' }), 'outcome_unknown', 3],
  ] as const)('when %s, says what is known', async (_what, fault, code, attempts) => {
    expect(await commit(newActions(), [fault], true)).toMatchObject({ outcome: { code }, attempts });
  });

  it('stays unknown when an acknowledgement was lost before it was throttled', async () => {
    const faults = [after(TROUBLES.reset), before(TROUBLES.throttling)];
    expect(await commit(newActions(), faults, true)).toMatchObject({ outcome: { code: 'outcome_unknown' } });
  });

  it('waits for an answer that stalls no longer than for one that does not come', async () => {
    // It never reaches the table, whose answers may take their time.
    const impatient = makeClient({ endpoint: environment.DYNAMODB_ENDPOINT, requestTimeout: 100 });
    const commitImpatiently = makeTransact({ ...ports, client: impatient, newToken: newId });
    const stalled = makeInjector(impatient, server).during(
      () => before({ kind: 'stalled' }),
      () => commitImpatiently(newActions()),
    );
    await expect(stalled).rejects.toMatchObject({ code: 'outcome_unknown' });
  });
});

describe('a commit that is canceled', () => {
  it.each([
    ['ConditionalCheckFailed', 'TransactionConflict', 'first'],
    ['TransactionConflict', 'ConditionalCheckFailed', 'second'],
    ['ThrottlingError', 'ConditionalCheckFailed', 'second'],
  ] as const)('for %s and %s is refused: a failed condition is an answer', async (first, second, field) => {
    const { outcome, attempts } = await commit(newActions(), [before(canceledFor(first, second))]);
    expect(outcome).toMatchObject({ code: 'duplicate', details: { field } });
    expect(attempts).toBe(1);
  });

  it.each([
    ['TransactionConflict', 'ThrottlingError'],
    ['None', 'ProvisionedThroughputExceeded'],
  ])('for %s and %s is sent again', async (...codes) => {
    expect(await commit(newActions(), [before(canceledFor(...codes))])).toEqual({ outcome: 'committed', attempts: 2 });
  });

  it.each([
    ['a reason that will come again', canceledFor('TransactionConflict', 'ValidationError')],
    ['no reason', canceledFor()],
    ['a token used twice', awsError(400, 'IdempotentParameterMismatchException')],
    ['a missing grant', awsError(400, 'AccessDeniedException')],
  ])('for %s is a bug, at once', async (_what, trouble) => {
    const { outcome, attempts } = await commit(newActions(), [before(trouble)], true);
    expect(outcome).not.toBeInstanceOf(DomainError);
    expect(outcome).toBeInstanceOf(Error);
    expect(attempts).toBe(1);
  });
});

describe('a commit whose acknowledgement is lost', () => {
  it('is not done twice, and not refused for what it did itself', async () => {
    const actions = newActions();
    expect(await commit(actions, [after(TROUBLES.reset)])).toEqual({ outcome: 'committed', attempts: 2 });
    expect((await commit(actions, [])).outcome).toMatchObject({ code: 'duplicate' });
  });
});

describe('the clock of this machine', () => {
  it('is set right by an answer that refuses it', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const skewed = { ...awsError(400, 'InvalidSignatureException'), date };
    expect(await commit(newActions(), [before(skewed)])).toEqual({ outcome: 'committed', attempts: 2 });
  });
});

describe('a read of many items', () => {
  it('asks again for what was left out, and gives up as throttled', async () => {
    const key = { PK: `T#${newId()}`, SK: 'first' };
    const left = JSON.stringify({
      Responses: {},
      UnprocessedKeys: { [TableName]: { Keys: [{ PK: { S: key.PK }, SK: { S: key.SK } }] } },
    });
    const fault = before({ kind: 'answer', status: 200, body: left });
    const once = await injector.during(
      ({ number }) => (number === 1 ? fault : undefined),
      () => reader.getMany([key]),
    );
    expect(once).toMatchObject({ result: [], calls: ['BatchGetItem', 'BatchGetItem'] });
    const always = injector.during(
      () => fault,
      () => reader.getMany([key]),
    );
    await expect(always).rejects.toMatchObject({ code: 'throttled' });
  });
});

describe('many reads at once', () => {
  it('are each sent once, and handed to the SDK, whose clock then runs, when there is a connection for them', async () => {
    let underWay = 0;
    let most = 0;
    client.middlewareStack.add(
      (next) => async (args) => {
        underWay += 1;
        most = Math.max(most, underWay);
        return next(args).finally(() => (underWay -= 1));
      },
      { step: 'finalizeRequest', name: 'countUnderWay' },
    );
    const slow = before({ kind: 'answer', status: 200, body: '{}', afterMs: 20 });
    const many = Array.from({ length: 500 }, (_, at) => ({ PK: 'T#nobody', SK: String(at) }));
    const { requests } = await injector.during(
      () => slow,
      () => Promise.all(many.map((key) => reader.get(key))),
    );
    expect({ requests, most }).toEqual({ requests: many.length, most: 50 });
  });
});

describe('what an error of the SDK means', () => {
  const failure = (fields: object): Error => Object.assign(new Error('failed'), fields);
  it.each([
    [{ code: 'ECONNREFUSED', syscall: 'connect' }, 'unreached'],
    [{ name: 'AggregateError', code: 'ECONNREFUSED' }, 'unreached'],
    [{ code: 'EAI_AGAIN', syscall: 'getaddrinfo' }, 'unreached'],
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'unreached'],
    [{ code: 'EHOSTUNREACH', syscall: 'connect' }, 'unreached'],
    [{ name: 'TimeoutError', code: 'ETIMEDOUT', syscall: 'connect' }, 'unreached'],
    [{ name: 'TimeoutError', code: 'ETIMEDOUT' }, 'unknown'],
    [{ name: 'TimeoutError', code: 'ECONNRESET', syscall: 'read' }, 'unknown'],
    [{ name: 'TimeoutError', code: 'EPIPE', syscall: 'write' }, 'unknown'],
    [{ code: 'ECONNRESET' }, 'unknown'],
    [{ name: 'AbortError' }, 'unknown'],
    [{ name: 'Unheard', $metadata: { httpStatusCode: 503 } }, 'unknown'],
    [{ name: 'SyntaxError', $metadata: { httpStatusCode: 200 } }, 'unknown'],
    [{ name: 'Unheard', $metadata: { httpStatusCode: 429 } }, 'throttled'],
    [{ name: 'TransactionConflictException', $metadata: { httpStatusCode: 400 } }, 'contended'],
    [{ name: 'ValidationException', $metadata: { httpStatusCode: 400 } }, 'bug'],
    [{ name: 'CredentialsProviderError' }, 'bug'],
    [{ name: 'TypeError' }, 'bug'],
  ] as const)('%j is %s', (fields, fault) => {
    expect(faultOf(failure(fields))).toBe(fault);
  });
});
