import { DomainError } from './errors.ts';
import { TENANT_SHARE } from './limits.ts';

/**
 * Keeps one tenant from taking all the time of an instance. Times are in milliseconds of any clock that only runs
 * forward.
 */
export interface TenantShare {
  /** Refuses with `throttled` while the tenant has used more than its share. */
  readonly admit: (tenantId: string, now: number) => void;
  /** Counts the time that a request of the tenant took. */
  readonly charge: (tenantId: string, now: number, worked: number) => void;
}

interface Bucket {
  readonly credit: number;
  readonly at: number;
}

/**
 * A token bucket a tenant, whose tokens are milliseconds of work: it fills with `share` milliseconds each millisecond up
 * to a credit of seconds, and a request takes out what it took. So a tenant may use the whole instance for a while, and
 * `share` of it (0 to 1) for ever. A share of 1 refuses nobody.
 *
 * It is counted in this process alone: what other instances do is not known here.
 */
export const makeTenantShare = (share: number): TenantShare => {
  if (share === 1) return { admit: () => undefined, charge: () => undefined };
  const buckets = new Map<string, Bucket>();
  const creditOf = (tenantId: string, now: number): number => {
    const bucket = buckets.get(tenantId);
    if (bucket === undefined) return TENANT_SHARE.creditMs;
    return Math.min(TENANT_SHARE.creditMs, bucket.credit + (now - bucket.at) * share);
  };
  return {
    admit: (tenantId, now) => {
      if (creditOf(tenantId, now) > 0) return;
      const message = 'This tenant has used its share of the service for now. Nothing was done; try again.';
      throw new DomainError('throttled', message, {});
    },
    charge: (tenantId, now, worked) => {
      const credit = creditOf(tenantId, now) - worked;
      buckets.delete(tenantId);
      buckets.set(tenantId, { credit, at: now });
      if (buckets.size <= TENANT_SHARE.tenants) return;
      // The one that was not charged for the longest time: its bucket is the fullest, or nearly so.
      const [oldest] = buckets.keys();
      if (oldest !== undefined) buckets.delete(oldest);
    },
  };
};
