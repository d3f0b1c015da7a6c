import type { Decision } from './decision.ts';

export interface DecisionMade {
  readonly kind: 'decision_made';
  readonly decision: Decision;
}
