import { describe, expect, it } from 'vitest';
import {
  isFinal,
  isHeldIn,
  nextStates,
  requirePlainTarget,
  requireTransition,
  STATES,
  type State,
} from '../../../../core/tasks/lifecycle.ts';
import { refusalOf } from '../../fakes.ts';

/** The states of the contract (section 5), as it spells them. */
const CONTRACT = `
DRAFT → APPROVAL_PENDING, DISPATCHED, CANCELED · APPROVAL_PENDING → APPROVED, REJECTED, CANCELED · REJECTED → DRAFT, CANCELED ·
APPROVED → DISPATCHED, CANCELED · DISPATCHED → IN_PROGRESS, CANCELED · IN_PROGRESS → ACCEPTED, CANCELED · ACCEPTED → ARCHIVED`;
const LEGAL = new Set(
  CONTRACT.split('·').flatMap((line) => {
    const [from = '', to = ''] = line.trim().split(' → ');
    return to.split(', ').map((target) => `${from} → ${target.trim()}`);
  }),
);
const PAIRS = STATES.flatMap((from) => STATES.map((to) => [from, to] as const));

describe('the lifecycle', () => {
  it('has the 15 transitions of the contract and no other', () => {
    expect(LEGAL.size).toBe(15);
    expect(new Set(STATES.flatMap((from) => nextStates(from).map((to) => `${from} → ${to}`)))).toEqual(LEGAL);
  });

  it.each(PAIRS)('%s to %s', async (from, to) => {
    if (LEGAL.has(`${from} → ${to}`)) requireTransition(from, to);
    else {
      const { details } = await refusalOf(() => requireTransition(from, to), 'illegal_transition');
      expect(details).toEqual({ from, to });
    }
  });

  it.each<[State, { held: boolean; final: boolean; plain: boolean }]>([
    ['DRAFT', { held: false, final: false, plain: true }],
    ['APPROVAL_PENDING', { held: false, final: false, plain: false }],
    ['APPROVED', { held: false, final: false, plain: false }],
    ['REJECTED', { held: false, final: false, plain: false }],
    ['DISPATCHED', { held: true, final: false, plain: false }],
    ['IN_PROGRESS', { held: true, final: false, plain: true }],
    ['ACCEPTED', { held: false, final: false, plain: true }],
    ['ARCHIVED', { held: false, final: true, plain: true }],
    ['CANCELED', { held: false, final: true, plain: true }],
  ])('%s: held by its assignee, final, reached by plain transition: %o', async (state, { held, final, plain }) => {
    expect({ held: isHeldIn(state), final: isFinal(state) }).toEqual({ held, final });
    if (plain) requirePlainTarget(state);
    else {
      const { details } = await refusalOf(() => requirePlainTarget(state), 'dedicated_endpoint');
      expect(details).toEqual({ target: state });
    }
  });
});
