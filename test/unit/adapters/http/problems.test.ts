import { scheduleConflict } from '../../refusals.ts';
import { describe, expect, it } from 'vitest';
import { problemOf, PROBLEMS, problemSchema } from '../../../../adapters/http/problems.ts';
import { DomainError, RESOURCES, type Code } from '../../../../core/errors.ts';
import { held, windowOn } from '../../records.ts';

const CODES = [...Object.keys(PROBLEMS), ...RESOURCES.map((resource) => `${resource}_not_found`)] as Code[];

describe('the answer to a refusal', () => {
  it('is a problem with everything that the code carries', () => {
    const { problem, headers } = problemOf(
      new DomainError(
        'precondition_failed',
        'The task is at version 3.',
        { version: 3 },
        { problems: [{ pointer: '/a', index: 2, code: 'x', message: 'm' }], cause: new Error('secret') },
      ),
      'request-1',
    );
    expect(problem).toEqual({
      type: 'urn:task-center:problem:precondition_failed',
      title: 'Precondition failed',
      status: 412,
      detail: 'The task is at version 3.',
      code: 'precondition_failed',
      request_id: 'request-1',
      version: 3,
      errors: [{ pointer: '/a', index: 2, code: 'x', message: 'm' }],
    });
    expect(headers).toEqual({});
    expect(problemSchema.safeParse(problem).success).toBe(true);
  });

  it('to a conflict names what is in the way', () => {
    const { problem } = problemOf(scheduleConflict('u', [held('x', windowOn('08:00:00', '10:00:00'), 'X')]), 'r');
    expect(problem).toMatchObject({
      status: 409,
      code: 'schedule_conflict',
      detail: expect.stringContaining('overlapping assignment'),
      conflicts: [
        {
          task_id: 'x',
          name: 'X',
          planned_start_at: '2026-03-01T08:00:00.000Z',
          planned_end_at: '2026-03-01T10:00:00.000Z',
        },
      ],
    });
    expect(problemSchema.safeParse(problem).success).toBe(true);
  });

  // The table of the contract, section 1. A code that is not named here is a conflict (409).
  const STATUS: Readonly<Record<number, readonly string[]>> = {
    400: ['malformed_json', 'malformed_header', 'malformed_cursor'],
    401: ['unauthenticated'],
    403: ['permission_denied'],
    404: ['route_not_found', ...RESOURCES.map((resource) => `${resource}_not_found`)],
    412: ['precondition_failed'],
    413: ['body_too_large', 'item_too_large', 'kept_answer_too_large', 'transaction_too_large'],
    415: ['unsupported_encoding'],
    422: ['validation_failed', 'idempotency_key_reused', 'malformed_plan'],
    429: ['throttled', 'too_many_attempts'],
    503: ['busy', 'stale_read', 'twin_committed', 'table_unavailable', 'outcome_unknown'],
  };

  it.each(CODES)('%s has the status of the contract, and headers to go with it', (code) => {
    const expected = Object.entries(STATUS).find(([, codes]) => codes.includes(code))?.[0] ?? '409';
    const { problem, headers } = problemOf(new DomainError(code, 'A sentence.', { retry_after_seconds: 1 }), 'r');
    expect(problem.status).toBe(Number(expected));
    expect(problem).toMatchObject({ code, title: expect.stringMatching(/^[A-Z]/), detail: 'A sentence.' });
    expect(headers).toEqual(problem.status === 429 || problem.status === 503 ? { 'Retry-After': '1' } : {});
  });

  it('names every code of that table', () => {
    const known = new Set<string>(CODES);
    expect(
      Object.values(STATUS)
        .flat()
        .filter((code) => !known.has(code)),
    ).toEqual([]);
  });
});

describe('the answer to a bug', () => {
  it.each([new Error('password is hunter2'), new TypeError('x is undefined'), 'thrown text', undefined])(
    'tells nothing but the id of the request: %s',
    (error) => {
      expect(problemOf(error, 'request-1')).toEqual({
        problem: {
          type: 'urn:task-center:problem:internal_error',
          title: 'Internal error',
          status: 500,
          detail: 'Something went wrong on our side.',
          code: 'internal_error',
          request_id: 'request-1',
        },
        headers: {},
      });
    },
  );
});
