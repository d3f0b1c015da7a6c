import type { Call } from '../call.ts';
import { DomainError } from '../errors.ts';
import { isGranted, type Permission } from './permission.ts';

const APPROVE: Permission = 'mission.approve';

/** Whether the caller may approve, and so take the need for approval away, or keep what was approved in force. */
export const mayApprove = ({ permissions }: Pick<Call, 'permissions'>): boolean => isGranted(permissions, APPROVE);

/**
 * What is said to a caller who makes do without the approval that is demanded, and may not: `permission_denied`.
 * Undefined when nothing is demanded, nothing is taken away, or the caller may approve.
 */
export const waiverRefusal = (
  call: Pick<Call, 'permissions'>,
  isDemanded: boolean,
  given: boolean | undefined,
): DomainError | undefined =>
  isDemanded && given === false && !mayApprove(call)
    ? new DomainError('permission_denied', `Taking the need for approval away needs the permission ${APPROVE}.`, {
        permission: APPROVE,
      })
    : undefined;
