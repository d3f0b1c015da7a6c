import { makeGuard } from '../../../core/calendar/guard.ts';
import { joined } from '../../dynamodb/actions.ts';
import { makeBookingCommit } from '../../dynamodb/bookings.ts';
import { makeCommit } from '../../dynamodb/commit.ts';
import { batchWrites } from '../../dynamodb/resources/batches.ts';
import { makeReferences } from '../../dynamodb/resources/references.ts';
import { makeTasks, taskWrites } from '../../dynamodb/resources/tasks.ts';
import { commitPorts, reader } from '../composition.ts';
import { calendars } from './calendars.ts';

export const tasks = /* @__PURE__ */ makeTasks({ reader });
export const references = /* @__PURE__ */ makeReferences({ reader });
export const commit = /* @__PURE__ */ makeCommit(commitPorts, /* @__PURE__ */ joined(taskWrites, batchWrites));
export const guard = /* @__PURE__ */ makeGuard({
  calendars,
  commit: /* @__PURE__ */ makeBookingCommit(commitPorts, taskWrites),
});
