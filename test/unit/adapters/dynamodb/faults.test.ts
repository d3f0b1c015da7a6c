import {
  InternalServerError,
  LimitExceededException,
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ResourceNotFoundException,
  ThrottlingException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { faultOf, refusalOf, type Fault } from '../../../../adapters/dynamodb/faults.ts';
import { DomainError } from '../../../../core/errors.ts';

const said = { message: 'said', $metadata: {} };
const named = (name: string, more: object = {}): Error => Object.assign(new Error(name), { name, ...more });

describe('what a fault means', () => {
  it.each<[string, unknown, Fault]>([
    ['provisioned throughput', new ProvisionedThroughputExceededException(said), 'throttled'],
    ['account limit', new RequestLimitExceeded(said), 'throttled'],
    ['throttling', new ThrottlingException(said), 'throttled'],
    ['another transaction', new TransactionConflictException(said), 'contended'],
    ['the same transaction', new TransactionInProgressException(said), 'in_progress'],
    ['an error of the service', new InternalServerError(said), 'unknown'],
    ['any status of 500 or more', named('Odd', { $metadata: { httpStatusCode: 502 } }), 'unknown'],
    ['a time-out of the SDK', named('TimeoutError'), 'unknown'],
    ['an abort', named('AbortError'), 'unknown'],
    ['a connection reset', named('Error', { code: 'ECONNRESET' }), 'unknown'],
    ['a success that cannot be read', named('SyntaxError', { $metadata: { httpStatusCode: 200 } }), 'unknown'],
    ['nobody there', named('Error', { code: 'ECONNREFUSED' }), 'unreached'],
    ['a name that does not resolve', named('Error', { code: 'ENOTFOUND' }), 'unreached'],
    ['a connection that was never made', named('Error', { code: 'ETIMEDOUT', syscall: 'connect' }), 'unreached'],
    ['a wrong clock, set right since', named('X', { $metadata: { clockSkewCorrected: true } }), 'unreached'],
    ['no such table', new ResourceNotFoundException(said), 'bug'],
    ['a limit of the control plane', new LimitExceededException(said), 'bug'],
    ['a request that is wrong', named('ValidationException', { $metadata: { httpStatusCode: 400 } }), 'bug'],
    ['access denied', named('AccessDeniedException', { $metadata: { httpStatusCode: 400 } }), 'bug'],
    ['a slip of ours', new TypeError('undefined is not a function'), 'bug'],
    ['a thrown text', 'text', 'bug'],
    ['nothing', undefined, 'bug'],
  ])('%s', (_, error, expected) => {
    expect(faultOf(error)).toBe(expected);
  });

  it.each([
    ['throttled', new ThrottlingException(said), 'throttled', 'throttled'],
    ['contended', new TransactionConflictException(said), 'busy', 'busy'],
    ['in progress', new TransactionInProgressException(said), 'table_unavailable', 'outcome_unknown'],
    ['unreached', named('Error', { code: 'ECONNREFUSED' }), 'table_unavailable', 'table_unavailable'],
    ['unanswered', named('TimeoutError'), 'table_unavailable', 'outcome_unknown'],
  ])('that outlasts the retries, %s: of a read and of a write', (_, error, read, write) => {
    for (const [kind, code] of [
      ['read', read],
      ['write', write],
    ] as const) {
      const refusal = refusalOf(error, kind);
      expect(refusal).toBeInstanceOf(DomainError);
      expect(refusal).toMatchObject({ code, cause: error });
    }
  });

  it('is thrown on as it is when it is a bug', () => {
    const bug = new TypeError('x');
    expect([refusalOf(bug, 'read'), refusalOf(bug, 'write')]).toEqual([bug, bug]);
  });
});
