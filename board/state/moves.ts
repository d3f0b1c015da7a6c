/** What a dispatcher does to a task, as a request that can be sent and as one that can be taken back. */
export type Move =
  | { readonly kind: 'assign'; readonly taskId: string; readonly userId: string }
  | { readonly kind: 'reassign'; readonly taskId: string; readonly userId: string }
  | { readonly kind: 'unassign'; readonly taskId: string }
  | {
      readonly kind: 'reschedule';
      readonly taskId: string;
      readonly start: string | null;
      readonly end: string | null;
    };

/** What a task was before a move, as far as the opposite move needs it. */
export interface Before {
  readonly assigned_to: string | null;
  readonly planned_start_at: string | null;
  readonly planned_end_at: string | null;
}

export interface Done {
  readonly opposite: Move;
  /** The version that the move made: somebody else's change since is not undone with it. */
  readonly version: number;
  readonly sentence: string;
}

/** The move that takes another one back; undefined where none does, because nobody held the task. */
export const oppositeOf = (move: Move, before: Before): Move | undefined => {
  const { taskId } = move;
  switch (move.kind) {
    case 'assign':
      return { kind: 'unassign', taskId };
    case 'reassign':
      return before.assigned_to === null ? undefined : { kind: 'reassign', taskId, userId: before.assigned_to };
    case 'unassign':
      return before.assigned_to === null ? undefined : { kind: 'assign', taskId, userId: before.assigned_to };
    case 'reschedule':
      return { kind: 'reschedule', taskId, start: before.planned_start_at, end: before.planned_end_at };
  }
};

const REMEMBERED = 20;

/** The stack of moves that can be undone, the latest last. */
export const remembered = (done: readonly Done[], next: Done): readonly Done[] => [...done, next].slice(-REMEMBERED);

/**
 * The stack after the latest was undone. The undoing made a version of its own: an earlier move of the same task is
 * undone from there.
 */
export const afterUndo = (done: readonly Done[], version: number): readonly Done[] => {
  const latest = done.at(-1);
  return done.slice(0, -1).map((one) => (one.opposite.taskId === latest?.opposite.taskId ? { ...one, version } : one));
};

const ID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** A sentence of the service with the names of people in place of their ids. */
export const withNames = (sentence: string, names: ReadonlyMap<string, string>): string =>
  sentence
    .replaceAll(/\b[Uu]ser (\S+)/g, (text: string, id: string) => names.get(id) ?? text)
    .replaceAll(ID, (id) => names.get(id) ?? id);

/** In words, for the live region and for the tooltip of Undo. */
export const sentenceOf = (move: Move, taskName: string, nameOf: (userId: string) => string): string => {
  switch (move.kind) {
    case 'assign':
      return `${taskName} assigned to ${nameOf(move.userId)}`;
    case 'reassign':
      return `${taskName} moved to ${nameOf(move.userId)}`;
    case 'unassign':
      return `${taskName} unassigned`;
    case 'reschedule':
      return move.start === null ? `${taskName} has no window any more` : `${taskName} rescheduled`;
  }
};
