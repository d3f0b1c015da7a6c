import { publishChanges } from '../../adapters/runtime/events.ts';

/** The table's stream to the event bus: each committed change as one domain event, in order per task. */
export const handler = publishChanges;
