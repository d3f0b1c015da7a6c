import type { Qualification } from './qualification.ts';

export interface QualificationCreated {
  readonly kind: 'qualification_created';
  readonly qualification: Qualification;
}
export interface QualificationChanged {
  readonly kind: 'qualification_changed';
  readonly before: Qualification;
  readonly after: Qualification;
}

export type QualificationChanges = QualificationCreated | QualificationChanged;
