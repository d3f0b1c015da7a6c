/** A problem document (RFC 9457) as the service answers it; status 0 where no answer came. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly conflicts?: readonly {
    readonly task_id: string;
    readonly name: string;
    readonly planned_start_at: string;
    readonly planned_end_at: string;
  }[];
  readonly absences?: readonly { readonly start_at: string; readonly end_at: string; readonly reason: string | null }[];
  readonly suggestions?: {
    readonly slots: readonly { readonly start_at: string; readonly end_at: string }[];
    readonly user_ids?: readonly string[];
  };
  readonly excluded?: readonly { readonly user_id: string; readonly code: string; readonly detail: string }[];
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
  readonly differences?: readonly object[];
}

/** The service said no, or nothing: `problem` says which. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(problem.detail, { cause });
    this.problem = problem;
  }
}

/** What a gateway in between answers may be no problem document. */
export const readProblem = async (response: Response): Promise<Problem> => {
  const fallback = {
    status: response.status,
    code: 'unreadable',
    detail: `The service answered ${response.status} and gave no reason.`,
  };
  const body: unknown = await response.json().catch(() => undefined);
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body
    ? { ...fallback, ...(body as Partial<Problem>) }
    : fallback;
};

/** What to tell people of anything that was thrown. */
export const problemOf = (error: unknown): Problem =>
  error instanceof Refusal
    ? error.problem
    : { status: 0, code: 'board_error', detail: `The board failed: ${String(error)}` };
