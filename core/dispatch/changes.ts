import type { ShadowCompared } from '../scoring/changes.ts';
import type { TaskChanged } from '../tasks/changes.ts';
import type { Decision } from './decision.ts';

export interface DecisionMade {
  readonly kind: 'decision_made';
  readonly decision: Decision;
}

/** An automatic dispatch keeps its decision with the task that it changes. */
export type AutoDispatchChanges = TaskChanged | DecisionMade | ShadowCompared;
