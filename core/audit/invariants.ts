import type { Check } from './finding.ts';
import { activeCounts, disjointWindows, holdingsOfAbsences, holdingsOfTasks } from './holdings.ts';
import {
  accessOfUsers,
  belongingsOfUsers,
  identityWriters,
  orgTree,
  permissionsOfRoles,
  rolesOfUsers,
  uniqueValues,
} from './identity.ts';
import { tallies } from './tallies.ts';
import { attachmentCounts, decisionsKept, histories, revisions, wholeBatches } from './task-records.ts';
import { calendarsOfUsers, rosters } from './users.ts';

const CHECKS: readonly Check[] = [
  disjointWindows,
  holdingsOfTasks,
  holdingsOfAbsences,
  activeCounts,
  histories,
  decisionsKept,
  revisions,
  attachmentCounts,
  tallies,
  rosters,
  calendarsOfUsers,
  rolesOfUsers,
  permissionsOfRoles,
  identityWriters,
  accessOfUsers,
  belongingsOfUsers,
  orgTree,
  uniqueValues,
  wholeBatches,
];

/**
 * Every breach of the invariants of a tenant; none when all of them hold.
 *
 * A snapshot of a tenant in use is not taken at one moment, so it may show a change half: what is found there is only
 * sure when a second snapshot shows it too.
 */
export const findBreaches: Check = (snapshot) => CHECKS.flatMap((check) => check(snapshot));
