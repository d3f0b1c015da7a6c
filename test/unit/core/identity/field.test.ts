import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../../core/errors.ts';
import { beyondField, requireReach } from '../../../../core/identity/field.ts';
import { task } from '../../records.ts';

const MINE = task({ assigned_to: 'me' });
const THEIRS = task({ assigned_to: 'somebody' });
const NOBODYS = task({ assigned_to: null });

/** `own` when it is reached as the caller's own, `any` when as anybody's, else the code of the refusal. */
const outcomeOf = (
  permissions: readonly string[],
  right: 'mission.read' | 'mission.write',
  of: typeof MINE,
): string => {
  let outcome = 'any';
  try {
    requireReach({ actorId: 'me', permissions }, right, of, () => {
      outcome = 'own';
    });
    return outcome;
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
};

describe('whose tasks a caller reaches', () => {
  it.each([
    [['mission.field'], 'mission.read', ['own', 'task_not_found', 'task_not_found']],
    [['mission.field'], 'mission.write', ['own', 'task_not_found', 'task_not_found']],
    [['mission.field', 'mission.read'], 'mission.read', ['any', 'any', 'any']],
    [['mission.field', 'mission.read'], 'mission.write', ['own', 'permission_denied', 'permission_denied']],
    [['mission.field', 'mission.write'], 'mission.write', ['any', 'any', 'any']],
    [['mission.field', 'mission.write'], 'mission.read', ['own', 'task_not_found', 'task_not_found']],
    [['*'], 'mission.write', ['any', 'any', 'any']],
    [[], 'mission.read', ['own', 'task_not_found', 'task_not_found']],
  ] as const)("with %j for %s: own, another's, nobody's", (permissions, right, outcomes) => {
    expect([MINE, THEIRS, NOBODYS].map((of) => outcomeOf(permissions, right, of))).toEqual(outcomes);
  });

  it('asks nothing more of those who have the right', () => {
    const never = (): void => {
      throw beyondField('never');
    };
    expect(() =>
      requireReach({ actorId: 'me', permissions: ['mission.write'] }, 'mission.write', MINE, never),
    ).not.toThrow();
    expect(() =>
      requireReach({ actorId: 'me', permissions: ['mission.field'] }, 'mission.write', MINE, never),
    ).toThrow();
  });
});
