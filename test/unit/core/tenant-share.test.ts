import { describe, expect, it } from 'vitest';
import { TENANT_SHARE } from '../../../core/limits.ts';
import { makeTenantShare } from '../../../core/tenant-share.ts';

const { creditMs, tenants } = TENANT_SHARE;

/** What a tenant gets done that asks without a pause: requests of `ms`, refused ones repeated after `pause`. */
const workOf = (share: number, { ms, until, pause = 10 }: { ms: number; until: number; pause?: number }): number => {
  const limited = makeTenantShare(share);
  let [now, worked] = [0, 0];
  while (now < until) {
    try {
      limited.admit('busy', now);
    } catch {
      now += pause;
      continue;
    }
    now += ms;
    worked += ms;
    limited.charge('busy', now, ms);
  }
  return worked;
};

describe('the share of a tenant', () => {
  it('lets a burst through as long as the credit reaches', () => {
    // The credit is used up by what is taken out beyond the share.
    const until = creditMs / (1 - 0.75);
    expect(workOf(0.75, { ms: 50, until })).toBe(until);
  });

  it.each([
    [0.75, 50],
    [0.75, 3_000],
    [0.25, 50],
  ])('comes to %d of the time in the long run, with requests of %d ms', (share, ms) => {
    const until = 20 * creditMs;
    const worked = workOf(share, { ms, until });
    expect(worked).toBeGreaterThanOrEqual(share * until - ms);
    expect(worked).toBeLessThanOrEqual(share * until + creditMs + ms);
  });

  it('refuses with 429, and lets in again when the credit is back above nothing', () => {
    const limited = makeTenantShare(0.5);
    limited.charge('busy', 0, creditMs + 100);
    expect(() => limited.admit('busy', 199)).toThrow(expect.objectContaining({ code: 'throttled' }));
    expect(() => limited.admit('busy', 200)).toThrow(expect.objectContaining({ code: 'throttled' }));
    expect(() => limited.admit('busy', 201)).not.toThrow();
  });

  it('is each tenant its own', () => {
    const limited = makeTenantShare(0.5);
    limited.charge('busy', 0, creditMs);
    expect(() => limited.admit('busy', 0)).toThrow();
    expect(() => limited.admit('quiet', 0)).not.toThrow();
  });

  it('saves no more than the credit', () => {
    const limited = makeTenantShare(0.5);
    limited.charge('busy', 0, 1);
    limited.charge('busy', 1_000_000, creditMs);
    expect(() => limited.admit('busy', 1_000_000)).toThrow();
  });

  it('refuses nobody where it is the whole', () => {
    const limited = makeTenantShare(1);
    limited.charge('busy', 0, 1_000 * creditMs);
    expect(() => limited.admit('busy', 0)).not.toThrow();
  });

  it('forgets the tenant that was not charged for the longest time, when there are many', () => {
    const limited = makeTenantShare(0.5);
    limited.charge('first', 0, creditMs);
    limited.charge('second', 0, creditMs);
    limited.charge('first', 0, 1);
    for (let index = 2; index < tenants + 1; index += 1) limited.charge(`tenant-${index}`, 0, 1);
    expect(() => limited.admit('first', 0)).toThrow();
    expect(() => limited.admit('second', 0)).not.toThrow();
  });
});
