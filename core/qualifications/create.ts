import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import type { Clock } from '../time/instant.ts';
import type { QualificationCreated } from './changes.ts';
import type { Qualification, QualificationDraft } from './qualification.ts';

/** Creates a qualification. Refuses with `duplicate` when the tenant has one with the code. */
export const makeCreateQualification =
  ({
    commit,
    clock,
    newId,
  }: {
    readonly commit: Commit<QualificationCreated>;
    readonly clock: Clock;
    readonly newId: () => string;
  }) =>
  async (call: Call, { code, name, description, is_active }: QualificationDraft): Promise<Qualification> => {
    const at = clock();
    const qualification: Qualification = {
      id: newId(),
      tenant_id: call.tenantId,
      code,
      name,
      description: description ?? null,
      is_active: is_active ?? true,
      created_by: call.actorId,
      created_at: at,
      updated_at: at,
      version: 1,
    };
    await commit(call, [{ kind: 'qualification_created', qualification }], qualification);
    return qualification;
  };
