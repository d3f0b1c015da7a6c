import type { Call } from '../call.ts';
import { resourceNamed } from '../calendar/resource.ts';
import type { Finding } from './finding.ts';
import { findBreaches } from './invariants.ts';
import type { TenantSnapshot } from './snapshot.ts';
import type { Clock } from '../time/instant.ts';
import { standingViolations } from './standing.ts';
import type { Repair, Repairs } from './repair.ts';

/** How often a tenant in use is looked at before a finding counts as sure. */
const LOOKS = 3;

export interface Audit {
  /** What holds no longer, after the repairs where there were some. Empty: every invariant is proved. */
  readonly findings: readonly Finding[];
  readonly repairs: readonly Repair[];
  /** Held tasks that break a rule about their holder: no damage, and counted apart. */
  readonly violations: number;
  /** How much there is of the tenant. */
  readonly seen: Readonly<Record<keyof TenantSnapshot, number>>;
}

/**
 * Proves the invariants of a tenant, or names what breaks them.
 *
 * A tenant in use changes while it is read, so that a look may show a change half. What breaks an invariant in earnest
 * is there in every look; a subject that is whole in one of them is not reported.
 */
export const makeAudit =
  ({
    snapshot,
    repairs,
    clock,
  }: {
    readonly snapshot: (tenantId: string) => Promise<TenantSnapshot>;
    readonly repairs: Repairs;
    readonly clock: Clock;
  }) =>
  async (call: Call, { repair }: { readonly repair: boolean }): Promise<Audit> => {
    const first = await look(snapshot, call.tenantId, clock);
    if (!repair) return { ...first, repairs: [] };
    const done: Repair[] = [];
    for (const { invariant, subject } of first.findings) {
      if (invariant === 'active_count') done.push(await repairs.activeCount(call, resourceNamed(subject)));
      if (invariant === 'tally_of_assets')
        done.push(await repairs.tally(call, subject === 'tenant' ? null : nameBehind(subject)));
    }
    if (done.length === 0) return { ...first, repairs: [] };
    return { ...(await look(snapshot, call.tenantId, clock)), repairs: done };
  };

const look = async (
  snapshot: (tenantId: string) => Promise<TenantSnapshot>,
  tenantId: string,
  clock: Clock,
): Promise<Omit<Audit, 'repairs'>> => {
  let seen = await snapshot(tenantId);
  let findings = findBreaches(seen);
  for (let number = 2; number <= LOOKS && findings.length > 0; number += 1) {
    seen = await snapshot(tenantId);
    const again = findBreaches(seen);
    const before = new Set(findings.map(nameOf));
    findings = again.filter((finding) => before.has(nameOf(finding)));
  }
  return { findings, violations: standingViolations(seen, clock()), seen: countsOf(seen) };
};

const nameOf = ({ invariant, subject }: Finding): string => `${invariant} ${subject}`;
const nameBehind = (subject: string): string => subject.slice(subject.indexOf('/') + 1);

const countsOf = (seen: TenantSnapshot): Audit['seen'] => ({
  tasks: seen.tasks.length,
  history: seen.history.length,
  later_attachments: seen.later_attachments.length,
  decisions: seen.decisions.length,
  revisions: seen.revisions.length,
  users: seen.users.length,
  roster: seen.roster.length,
  roles: seen.roles.length,
  identity_writers: seen.identity_writers.length,
  access: seen.access.length,
  org_units: seen.org_units.length,
  qualifications: seen.qualifications.length,
  unique_values: seen.unique_values.length,
  claims: seen.claims.length,
  calendars: seen.calendars.length,
  holdings: seen.holdings.length,
  absences: seen.absences.length,
  assets: seen.assets.length,
  tallies: seen.tallies.length,
  batches: seen.batches.length,
});
