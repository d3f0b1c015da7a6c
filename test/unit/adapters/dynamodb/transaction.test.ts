import {
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { metered } from '../../../../adapters/dynamodb/meter.ts';
import { makeTransact, type Action } from '../../../../adapters/dynamodb/transaction.ts';
import { DomainError } from '../../../../core/errors.ts';
import { refusalOf } from '../../fakes.ts';
import { makeFakeClient } from './sdk.ts';

const ATTEMPTS = 8;
const UNANSWERED = 3;

const action = (field: string): Action => ({
  label: field,
  write: { Put: { TableName: 'table', Item: { PK: field } } },
  refusal: () => new DomainError('duplicate', `${field} is taken`, { field }),
});
const ACTIONS = [action('first'), action('second'), action('third')];

const said = { message: 'said', $metadata: {} };
const canceled = (...codes: readonly string[]): Error =>
  new TransactionCanceledException({ ...said, CancellationReasons: codes.map((Code) => ({ Code })) });
const throttled = new ThrottlingException(said);
const conflict = new TransactionConflictException(said);
const inProgress = new TransactionInProgressException(said);
const timeout = Object.assign(new Error('no answer'), { name: 'TimeoutError' });
const refused = Object.assign(new Error('nobody there'), { code: 'ECONNREFUSED' });
const times = (count: number, error: Error): readonly Error[] => Array.from({ length: count }, () => error);

const makeScene = (...answers: readonly unknown[]) => {
  const { client, sent } = makeFakeClient(...answers);
  const waits: number[] = [];
  let tokens = 0;
  const transact = makeTransact({
    client,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
    },
    random: () => 1,
    newToken: () => `token-${(tokens += 1)}`,
  });
  return { transact, sent, waits };
};

describe('a transaction', () => {
  it('sends all actions at once, in order, with a token', async () => {
    const { transact, sent } = makeScene({});
    await transact(ACTIONS);
    expect(sent).toEqual([
      {
        name: 'TransactWriteCommand',
        input: { TransactItems: ACTIONS.map(({ write }) => write), ClientRequestToken: 'token-1' },
      },
    ]);
  });

  it('has a token of its own each time', async () => {
    const { transact, sent } = makeScene({}, {});
    await transact(ACTIONS);
    await transact(ACTIONS);
    expect(sent.map(({ input }) => input['ClientRequestToken'])).toEqual(['token-1', 'token-2']);
  });

  it.each([
    [['None', 'ConditionalCheckFailed', 'None'], 'second'],
    [['ConditionalCheckFailed', 'None', 'ConditionalCheckFailed'], 'first'],
    [['TransactionConflict', 'None', 'ConditionalCheckFailed'], 'third'],
    [['ThrottlingError', 'ConditionalCheckFailed', 'None'], 'second'],
  ])('refused with %j means what the first failed condition means', async (codes, field) => {
    const { transact, sent } = makeScene(canceled(...codes));
    const { details } = await refusalOf(() => transact(ACTIONS), 'duplicate');
    expect(details).toEqual({ field });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['a conflict with another transaction', canceled('None', 'TransactionConflict', 'None')],
    ['throughput spent', canceled('ProvisionedThroughputExceeded', 'None', 'None')],
    ['a throttled action', canceled('None', 'None', 'ThrottlingError')],
    ['throttling', throttled],
    ['a conflict, said without reasons', conflict],
    ['the same transaction still in progress', inProgress],
    ['no answer', timeout],
  ])('is sent again with the same token after %s', async (_, error) => {
    const { transact, sent, waits } = makeScene(error, error, {});
    await metered(async (cost) => {
      await transact(ACTIONS);
      expect(cost.retries).toBe(2);
    });
    expect(sent.map(({ input }) => input['ClientRequestToken'])).toEqual(['token-1', 'token-1', 'token-1']);
    expect(waits).toEqual([20, 40]);
  });

  it.each([
    ['busy', times(ATTEMPTS, canceled('TransactionConflict', 'None', 'None'))],
    ['busy', times(ATTEMPTS, conflict)],
    ['throttled', times(ATTEMPTS, canceled('ThrottlingError', 'None', 'None'))],
    ['throttled', times(ATTEMPTS, throttled)],
    ['outcome_unknown', times(ATTEMPTS, inProgress)],
    // Nobody may be told that nothing was changed: the one without an answer may have been carried out.
    ['outcome_unknown', [timeout, ...times(ATTEMPTS - 1, throttled)]],
    // These are waited for, so there are fewer of them.
    ['outcome_unknown', times(UNANSWERED, timeout)],
    ['table_unavailable', times(UNANSWERED, refused)],
    ['outcome_unknown', [timeout, refused, refused]],
  ] as const)('in the end is %s: case %#', async (code, errors) => {
    const { transact, sent, waits } = makeScene(...errors);
    await refusalOf(() => transact(ACTIONS), code);
    expect(sent).toHaveLength(errors.length);
    expect(waits).toEqual([20, 40, 80, 160, 320, 320, 320].slice(0, errors.length - 1));
  });

  it('that committed although its answer was lost is done', async () => {
    const { transact } = makeScene(timeout, {});
    await transact(ACTIONS);
  });

  it('that fails a condition after its answer was lost is refused', async () => {
    const { transact } = makeScene(timeout, canceled('None', 'None', 'ConditionalCheckFailed'));
    expect((await refusalOf(() => transact(ACTIONS), 'duplicate')).details).toEqual({ field: 'third' });
  });

  it.each([
    ['reasons that only a bug could cause', canceled('ValidationError', 'None', 'None')],
    ['a request that is wrong', Object.assign(new Error('bad'), { name: 'ValidationException' })],
  ])('throws on %s at once', async (_, error) => {
    const { transact, sent } = makeScene(error);
    await expect(transact(ACTIONS)).rejects.toBe(error);
    expect(sent).toHaveLength(1);
  });

  it('takes 100 actions; more are a bug of ours and are not sent', async () => {
    const { transact, sent } = makeScene({});
    await transact(Array.from({ length: 100 }, () => action('x')));
    await expect(transact(Array.from({ length: 101 }, () => action('x')))).rejects.toThrow('101 actions');
    expect(sent).toHaveLength(1);
  });
});
