import { notFound, type DomainError } from '../errors.ts';
import { inactiveQualification, type Qualification, type Qualifications } from './qualification.ts';

/** What is against demanding codes: those that the tenant does not have, and those out of use. */
export const demandRefusals = (
  codes: readonly string[],
  known: readonly Pick<Qualification, 'code' | 'is_active'>[],
): readonly DomainError[] =>
  codes.flatMap((code) => {
    const qualification = known.find((one) => one.code === code);
    if (qualification === undefined) return [notFound('qualification', code)];
    return qualification.is_active ? [] : [inactiveQualification(code)];
  });

/**
 * Refuses with `qualification_not_found` and `inactive_qualification` codes that are demanded anew. What demands an
 * inactive one already goes on doing so.
 */
export const requireDemandable = async (
  { byCodes }: Pick<Qualifications, 'byCodes'>,
  tenantId: string,
  codes: readonly string[],
  already: readonly string[] = [],
): Promise<void> => {
  const added = codes.filter((code) => !already.includes(code));
  const [refusal] = demandRefusals(added, await byCodes(tenantId, added));
  if (refusal !== undefined) throw refusal;
};
