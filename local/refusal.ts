import type { Problem } from '../adapters/http/problems.ts';
import { PROBLEM_CONTENT_TYPE, problemOf } from '../adapters/http/problems.ts';
import type { DomainError } from '../core/errors.ts';

/** What API Gateway answers itself, as a problem document. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const render = (problem: Problem, headers: Readonly<Record<string, string>>): Refusal => ({
  status: problem.status,
  code: problem.code,
  headers: { 'content-type': PROBLEM_CONTENT_TYPE, 'x-request-id': problem.request_id, ...headers },
  body: JSON.stringify(problem),
});

/** The gateway refuses before any handler is asked. */
export const refuse = (error: DomainError, requestId: string): Refusal => {
  const { problem, headers } = problemOf(error, requestId);
  return render(problem, { ...headers, ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}) });
};

/** The authorizer (500) or the handler (502) failed: the answer tells nothing but the id of the request. */
export const fail = (status: 500 | 502, requestId: string): Refusal =>
  render({ ...problemOf(undefined, requestId).problem, status }, {});

/** The handler took too long. */
export const timeOut = (requestId: string): Refusal =>
  render(
    {
      type: 'urn:task-center:problem:gateway_timeout',
      title: 'Gateway timeout',
      status: 504,
      detail: 'No answer came in time; what was asked for may still happen.',
      code: 'gateway_timeout',
      request_id: requestId,
    },
    {},
  );
