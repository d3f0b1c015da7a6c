import { DomainError } from '../../core/errors.ts';

/** What became of a request that DynamoDB did not carry out, or of which no answer came. */
export type Fault =
  /** Refused for load: nothing happened. */
  | 'throttled'
  /** Another transaction touches the same items at this moment: nothing happened. */
  | 'contended'
  /** The same transaction, sent before, is still under way. */
  | 'in_progress'
  /** It never got through, for want of a connection or of the right time: nothing happened. */
  | 'unreached'
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
const CONTENTIONS = new Set(['TransactionConflictException', 'ReplicatedWriteConflictException']);
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
/** No name, no route or nobody who listens: these come before anything is sent. */
const NO_CONNECTION = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** The calls of the operating system that come before a connection exists. */
const BEFORE_CONNECTION = new Set(['connect', 'getaddrinfo']);
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET']);

const propertyOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

export const faultOf = (error: unknown): Fault => {
  const name = String(propertyOf(error, 'name'));
  const metadata = propertyOf(error, '$metadata');
  const status = propertyOf(metadata, 'httpStatusCode');
  if (THROTTLES.has(name) || status === 429) return 'throttled';
  if (CONTENTIONS.has(name)) return 'contended';
  if (name === 'TransactionInProgressException') return 'in_progress';
  // Refused for the time it said: the SDK has set its clock right for the next attempt.
  if (propertyOf(metadata, 'clockSkewCorrected') === true) return 'unreached';
  const code = String(propertyOf(error, 'code'));
  if (NO_CONNECTION.has(code) || BEFORE_CONNECTION.has(String(propertyOf(error, 'syscall')))) return 'unreached';
  if (UNKNOWN.has(name) || BROKEN_CONNECTION.has(code)) return 'unknown';
  // An answer of success that cannot be read leaves open what was done; so does an error of the service itself.
  return typeof status === 'number' && (status >= 500 || status < 300) ? 'unknown' : 'bug';
};

/** The refusal that a fault means when it outlasts every retry. A bug is thrown on as it is. */
export const refusalOf = (error: unknown, kind: 'read' | 'write'): unknown => {
  const fault = faultOf(error);
  return fault === 'bug' ? error : refusalOfFault(fault, kind, error);
};

export const refusalOfFault = (fault: Exclude<Fault, 'bug'>, kind: 'read' | 'write', cause: unknown): DomainError => {
  if (fault === 'throttled')
    return new DomainError('throttled', 'The table is throttled. Nothing was changed; try again.', {}, { cause });
  if (fault === 'contended')
    return new DomainError(
      'busy',
      'Others are changing the same things. Nothing was changed; try again.',
      {},
      { cause },
    );
  return kind === 'read' || fault === 'unreached'
    ? new DomainError('table_unavailable', 'The table did not answer. Nothing was changed; try again.', {}, { cause })
    : new DomainError(
        'outcome_unknown',
        'The table did not answer in time: the change may have been made. Look before you repeat it, or repeat it with the same Idempotency-Key.',
        {},
        { cause },
      );
};
