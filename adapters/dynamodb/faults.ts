import { DomainError } from '../../core/errors.ts';

/** What became of a request that DynamoDB did not carry out, or of which no answer came. */
export type Fault =
  /** Refused for load: nothing happened. */
  | 'throttled'
  /** Another transaction touches the same items at this moment: nothing happened. */
  | 'contended'
  /** The same transaction, sent before, is still under way. */
  | 'in_progress'
  /** No answer, or an error on the service's side: it may or may not have happened. */
  | 'unknown'
  /** Anything else is a bug of ours. */
  | 'bug';

const THROTTLES = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'ThrottlingError',
  'ThrottledException',
]);
const UNKNOWN = new Set([
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'AbortError',
  'InternalServerError',
  'InternalServerErrorException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'NetworkingError',
]);
const UNREACHABLE = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
]);

const propertyOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

export const faultOf = (error: unknown): Fault => {
  const name = String(propertyOf(error, 'name'));
  if (THROTTLES.has(name)) return 'throttled';
  if (name === 'TransactionConflictException') return 'contended';
  if (name === 'TransactionInProgressException') return 'in_progress';
  const status = propertyOf(propertyOf(error, '$metadata'), 'httpStatusCode');
  const isServerSide = typeof status === 'number' && status >= 500;
  const isUnreachable = UNREACHABLE.has(String(propertyOf(error, 'code')));
  return UNKNOWN.has(name) || isServerSide || isUnreachable ? 'unknown' : 'bug';
};

/** The refusal that a fault means when it outlasts every retry. A bug is thrown on as it is. */
export const refusalOf = (error: unknown, kind: 'read' | 'write'): unknown => {
  const fault = faultOf(error);
  if (fault === 'bug') return error;
  if (fault === 'throttled')
    return new DomainError(
      'throttled',
      'The table is throttled. Nothing was changed; try again.',
      {},
      { cause: error },
    );
  if (fault === 'contended')
    return new DomainError(
      'busy',
      'Others are changing the same things. Nothing was changed; try again.',
      {},
      { cause: error },
    );
  return kind === 'read'
    ? new DomainError('table_unavailable', 'The table did not answer. Nothing was changed; try again.', {}, { cause: error })
    : new DomainError(
        'outcome_unknown',
        'The table did not answer in time: the change may have been made. Look before you repeat it, or repeat it with the same Idempotency-Key.',
        {},
        { cause: error },
      );
};
