import type { Call } from '../call.ts';
import { DomainError, notFound } from '../errors.ts';
import { isGranted, type Permission } from './permission.ts';

type Right = Extract<Permission, 'mission.read' | 'mission.write'>;
type Caller = Pick<Call, 'actorId' | 'permissions'>;

/** Whether the caller does with own tasks only what a right allows with everybody's. */
export const isOwnOnly = ({ permissions }: Caller, right: Right): boolean => !isGranted(permissions, right);

/**
 * The one rule of whose tasks a caller reaches. Everybody's with the right, else those assigned to the caller; another's
 * does not exist for them (`task_not_found`), unless they may read it: then the right is what is missing
 * (`permission_denied`). `own` is what more holds of a task that is reached as one's own.
 */
export const requireReach = <T extends { readonly id: string; readonly assigned_to: string | null }>(
  caller: Caller,
  right: Right,
  task: T,
  own?: (task: T) => void,
): void => {
  if (!isOwnOnly(caller, right)) return;
  if (task.assigned_to !== caller.actorId) {
    if (isOwnOnly(caller, 'mission.read')) throw notFound('task', task.id);
    throw beyondField(`This needs the permission ${right}: the task is not yours.`, right);
  }
  own?.(task);
};

/** What is said to whoever wants more of an own task than the field may. */
export const beyondField = (message: string, right: Right = 'mission.write'): DomainError =>
  new DomainError('permission_denied', message, { permission: right });
