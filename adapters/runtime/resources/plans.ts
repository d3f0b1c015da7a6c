import { makeGuard } from '../../../core/calendar/guard.ts';
import { joined } from '../../dynamodb/actions.ts';
import { makeBookingCommit } from '../../dynamodb/bookings.ts';
import { makeCommit } from '../../dynamodb/commit.ts';
import { decisionWrites } from '../../dynamodb/resources/decisions.ts';
import { makePlans, planWrites } from '../../dynamodb/resources/plans.ts';
import { taskWrites } from '../../dynamodb/resources/tasks.ts';
import { clock, commitPorts, reader } from '../composition.ts';
import { calendars } from './calendars.ts';

export const plans = /* @__PURE__ */ makePlans({ reader, clock });
export const commit = /* @__PURE__ */ makeCommit(commitPorts, planWrites);
const writes = /* @__PURE__ */ joined(taskWrites, /* @__PURE__ */ joined(decisionWrites, planWrites));
/** A plan moves many tasks in one transaction, and keeps in it that it did. */
export const guard = /* @__PURE__ */ makeGuard({
  calendars,
  commit: /* @__PURE__ */ makeBookingCommit(commitPorts, writes),
});
