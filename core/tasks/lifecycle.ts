import { DomainError } from '../errors.ts';

export const STATES = [
  'DRAFT',
  'APPROVAL_PENDING',
  'APPROVED',
  'REJECTED',
  'DISPATCHED',
  'IN_PROGRESS',
  'ACCEPTED',
  'ARCHIVED',
  'CANCELED',
] as const;
export type State = (typeof STATES)[number];

const NEXT: Readonly<Record<State, readonly State[]>> = {
  DRAFT: ['APPROVAL_PENDING', 'DISPATCHED', 'CANCELED'],
  APPROVAL_PENDING: ['APPROVED', 'REJECTED', 'CANCELED'],
  APPROVED: ['DISPATCHED', 'CANCELED'],
  REJECTED: ['DRAFT', 'CANCELED'],
  DISPATCHED: ['IN_PROGRESS', 'CANCELED'],
  IN_PROGRESS: ['ACCEPTED', 'CANCELED'],
  ACCEPTED: ['ARCHIVED'],
  ARCHIVED: [],
  CANCELED: [],
};

/** Targets that the transition route refuses, with the route that leads there. */
const DEDICATED: Partial<Record<State, string>> = {
  APPROVAL_PENDING: 'submit-approval',
  APPROVED: 'approve',
  REJECTED: 'approve',
  DISPATCHED: 'dispatch or auto-dispatch',
};

export const nextStates = (state: State): readonly State[] => NEXT[state];

/** A user holds a task, and its window when it has one, in exactly these states. */
export const HELD_STATES = ['DISPATCHED', 'IN_PROGRESS'] as const;
export type HeldState = (typeof HELD_STATES)[number];
export const isHeldIn = (state: State): state is HeldState => HELD_STATES.some((held) => held === state);

/** States in which the work is still to be done: its plan may change. */
export const isOpen = (state: State): boolean => !['ACCEPTED', 'ARCHIVED', 'CANCELED'].includes(state);

/** Where a task was before its dispatch. */
export const beforeDispatch = (requiresApproval: boolean): State => (requiresApproval ? 'APPROVED' : 'DRAFT');

export const isFinal = (state: State): boolean => NEXT[state].length === 0;

/** Refuses with `illegal_transition` when the lifecycle does not lead from one state to the other. */
export const requireTransition = (from: State, to: State): void => {
  if (NEXT[from].includes(to)) return;
  const ways = NEXT[from].length === 0 ? 'it is final' : `it leads to ${NEXT[from].join(', ')}`;
  throw new DomainError('illegal_transition', `A task cannot go from ${from} to ${to}: ${ways}.`, { from, to });
};

/** Refuses with `dedicated_endpoint` a target that has a route of its own. */
export const requirePlainTarget = (to: State): void => {
  const dedicated = DEDICATED[to];
  if (dedicated === undefined) return;
  throw new DomainError('dedicated_endpoint', `A task reaches ${to} through ${dedicated}, not through transition.`, {
    target: to,
  });
};
