import type { Task } from './backlog.ts';
import { withTick } from './checklist.ts';

/** What somebody in the field does to a task. */
export type Deed =
  | { readonly kind: 'start' }
  | { readonly kind: 'accept' }
  | { readonly kind: 'tick'; readonly position: number; readonly text: string; readonly done: boolean }
  | { readonly kind: 'comment'; readonly content: string }
  | { readonly kind: 'attach'; readonly name: string; readonly url: string };

/** A deed on its way. Its key is that of its request, however often that is sent. */
export interface Errand {
  readonly key: string;
  readonly taskId: string;
  readonly taskName: string;
  readonly deed: Deed;
  /** What the service said when it refused; absent while the errand waits. */
  readonly refusal?: { readonly code: string; readonly detail: string };
}

/** What an answer means for an errand. */
export type Outcome =
  | { readonly kind: 'done' }
  /** No answer, or none that decides: the same request again, later. */
  | { readonly kind: 'later' }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string };

/** Of these it is not known whether the request arrived, or it is to be sent again anyway. */
const UNDECIDED = [0, 401, 408, 429, 502, 503, 504];

export const outcomeOf = ({ status, code, detail }: { status: number; code: string; detail: string }): Outcome =>
  UNDECIDED.includes(status) ? { kind: 'later' } : { kind: 'refused', code, detail };

/** A task as it will be when what waits for it has been done. */
export const withErrands = (task: Task, errands: readonly Errand[]): Task =>
  errands
    .filter(({ taskId, refusal }) => taskId === task.id && refusal === undefined)
    .reduce((seen, { deed }): Task => {
      switch (deed.kind) {
        case 'start':
          return { ...seen, state: 'IN_PROGRESS' };
        case 'accept':
          return { ...seen, state: 'ACCEPTED' };
        case 'tick':
          return { ...seen, checklist: withTick(seen.checklist, deed.position, deed.done) };
        case 'comment':
        case 'attach':
          return seen;
      }
    }, task);

export const PROBLEM = 'Problem: ';

/** What an errand is, in words that follow its task's name. */
export const wordsOf = ({ deed }: Errand): string => {
  switch (deed.kind) {
    case 'start':
      return 'start';
    case 'accept':
      return 'done';
    case 'tick':
      return `${deed.done ? 'tick' : 'untick'} “${deed.text}”`;
    case 'comment':
      return deed.content.startsWith(PROBLEM)
        ? `problem “${deed.content.slice(PROBLEM.length)}”`
        : `comment “${deed.content}”`;
    case 'attach':
      return `attach “${deed.name}”`;
  }
};

const ADVICE: Readonly<Record<string, string>> = {
  task_not_found: 'It is not your task any more. Ask your dispatcher who has it now, and pass on what you know.',
  illegal_transition: 'Somebody has changed the task meanwhile. Look at it, and discard this if it is settled.',
  task_closed: 'The task was closed meanwhile. Tell your dispatcher what you found.',
  permission_denied: 'Only your dispatcher may do this. Ask them to, and discard this.',
  checklist_changed: 'Somebody has changed the checklist meanwhile. Look at it, and tick again what still holds.',
  validation_failed: 'It cannot be kept as it is written. Copy it, discard this, and write it again.',
};

/** What to do about a refusal. */
export const adviceOf = (code: string): string => ADVICE[code] ?? 'Try it again, or tell your dispatcher.';
