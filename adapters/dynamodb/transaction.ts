import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  TransactWriteCommand,
  type DynamoDBDocumentClient,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { DomainError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { faultOf, refusalOfFault } from './faults.ts';
import { countRetry } from './meter.ts';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
export type Item = Readonly<Record<string, unknown>>;

/** One action of a transaction, with what its failed condition means. */
export interface Action {
  readonly label: string;
  readonly write: TransactItem;
  readonly refusal: () => DomainError;
}

/** Attempts of one commit: waits double from 10 ms to 320 ms, about a second in all. */
const ATTEMPTS = 8;
/** Attempts without an answer: each lasts as long as the request timeout, and API Gateway waits 29 s for all of it. */
const UNANSWERED = 3;
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 320;

interface Ports {
  readonly client: DynamoDBDocumentClient;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
  readonly newToken: () => string;
}

/**
 * Sends a transaction until it is known what became of it, within bounds.
 *
 * All attempts carry one token, so that an attempt whose answer was lost is not done twice: DynamoDB answers a repeated
 * token (for ten minutes) with the first outcome.
 * - A failed condition is an answer: the first failed action names the refusal.
 * - Contention, throttling and a transaction still in progress are waited out.
 * - No answer is an unknown outcome: asked again, and in the end said so, even if the last attempt was only throttled:
 *   an earlier one may have been carried out.
 */
export const makeTransact =
  ({ client, sleep, random, newToken }: Ports) =>
  async (actions: readonly Action[]): Promise<void> => {
    if (actions.length > LIMITS.transactionActions)
      throw new Error(`A transaction of ${actions.length} actions cannot be sent.`);
    const command = {
      TransactItems: actions.map(({ write }) => write),
      ClientRequestToken: newToken(),
    };
    let mayBeDone = false;
    let unanswered = 0;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.send(sentOnce(new TransactWriteCommand(command)));
        return;
      } catch (error) {
        const outcome = error instanceof TransactionCanceledException ? canceled(error, actions) : undefined;
        if (outcome instanceof DomainError) throw outcome;
        const fault = outcome ?? faultOf(error);
        if (fault === 'bug') throw error;
        mayBeDone ||= fault === 'unknown' || fault === 'in_progress';
        if (fault === 'unknown' || fault === 'unreached') unanswered += 1;
        if (attempt === ATTEMPTS || unanswered === UNANSWERED)
          throw refusalOfFault(mayBeDone ? 'unknown' : fault, 'write', error);
        countRetry();
        await sleep(random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt));
      }
    }
  };

/**
 * Takes the SDK's own retry out of a command. It would hide an attempt without an answer behind a later one that was
 * only throttled, and it would multiply the attempts of the loop above.
 */
const sentOnce = (command: TransactWriteCommand): TransactWriteCommand => {
  command.middlewareStack.add((next) => next, {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    override: true,
  });
  return command;
};

/**
 * What a canceled transaction says: the refusal of the first failed condition, in the order of the actions, or why it
 * may be sent again. Undefined when it says something that only a bug could cause.
 */
const canceled = (
  error: TransactionCanceledException,
  actions: readonly Action[],
): DomainError | 'throttled' | 'contended' | undefined => {
  const reasons = error.CancellationReasons ?? [];
  for (const [position, { Code }] of reasons.entries()) {
    const action = actions[position];
    if (Code === 'ConditionalCheckFailed' && action !== undefined) return action.refusal();
  }
  const codes = reasons.map(({ Code = 'None' }) => Code).filter((code) => code !== 'None');
  if (codes.length === 0 || !codes.every((code) => PASSING.has(code))) return undefined;
  return codes.includes('TransactionConflict') ? 'contended' : 'throttled';
};

/** Reasons that pass; any other, such as `ValidationError`, would come again. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
