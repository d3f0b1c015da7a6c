import * as z from 'zod';
import type { Call } from '../call.ts';
import { DomainError } from '../errors.ts';
import { prose } from '../fields.ts';
import { isGranted } from '../identity/permission.ts';
import { LIMITS } from '../limits.ts';

/** The rules about a person that a dispatcher who may can set aside. Time and equipment are nobody's to give. */
export const OVERRIDABLE = ['not_qualified', 'outside_working_hours'] as const;
export type Overridable = (typeof OVERRIDABLE)[number];

/** Rules that were set aside, and why. */
export const overrideSchema = z
  .strictObject({ rules: z.array(z.enum(OVERRIDABLE)).min(1).max(OVERRIDABLE.length), reason: prose(LIMITS.note) })
  .meta({
    id: 'Override',
    description: 'Rules that the holder may break, and why. It needs `mission.override`',
    examples: [{ rules: ['not_qualified'], reason: 'The licence was renewed today; the paper follows' }],
  });
export type Override = z.infer<typeof overrideSchema>;

/** Refuses with `permission_denied` an override by who may not. */
export const requireMayOverride = ({ permissions }: Call, override: Override | undefined): void => {
  if (override === undefined || isGranted(permissions, 'mission.override')) return;
  const message = 'Setting a rule aside needs mission.override.';
  throw new DomainError('permission_denied', message, { permission: 'mission.override' });
};
