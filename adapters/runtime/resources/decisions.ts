import { makeGuard } from '../../../core/calendar/guard.ts';
import { joined } from '../../dynamodb/actions.ts';
import { makeBookingCommit } from '../../dynamodb/bookings.ts';
import { decisionWrites, makeDecisions } from '../../dynamodb/resources/decisions.ts';
import { shadowWrites } from '../../dynamodb/resources/shadows.ts';
import { taskWrites } from '../../dynamodb/resources/tasks.ts';
import { commitPorts, reader } from '../composition.ts';
import { calendars } from './calendars.ts';

export const decisions = /* @__PURE__ */ makeDecisions({ reader });
const writes = /* @__PURE__ */ joined(taskWrites, /* @__PURE__ */ joined(decisionWrites, shadowWrites));
/** Automatic dispatch keeps its decision with the task that it changes. */
export const guard = /* @__PURE__ */ makeGuard({
  calendars,
  commit: /* @__PURE__ */ makeBookingCommit(commitPorts, writes),
});
