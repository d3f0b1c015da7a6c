import type { Call } from '../call.ts';
import { notFound } from '../errors.ts';
import type { Commit } from '../commit.ts';
import type { Retry } from '../retry.ts';
import { hasAlready } from '../same.ts';
import type { Clock } from '../time/instant.ts';
import type { QualificationChanged } from './changes.ts';
import type { Qualification, QualificationPatch, Qualifications } from './qualification.ts';

/** Renames a qualification, or takes it in or out of use. Who has it keeps it, and what demands it still does. */
export const makeChangeQualification =
  ({
    qualifications,
    commit,
    retry,
    clock,
  }: {
    readonly qualifications: Pick<Qualifications, 'find'>;
    readonly commit: Commit<QualificationChanged>;
    readonly retry: Retry;
    readonly clock: Clock;
  }) =>
  (call: Call, qualificationId: string, { name, description, is_active }: QualificationPatch): Promise<Qualification> =>
    retry(async () => {
      const before = await qualifications.find(call.tenantId, qualificationId);
      if (before === undefined) throw notFound('qualification', qualificationId);
      const content = {
        name: name ?? before.name,
        description: description === undefined ? before.description : description,
        is_active: is_active ?? before.is_active,
      };
      if (hasAlready(before, content)) return before;
      const after: Qualification = { ...before, ...content, updated_at: clock(), version: before.version + 1 };
      await commit(call, [{ kind: 'qualification_changed', before, after }], after);
      return after;
    });
