import type * as z from 'zod';
import type { EventSchema } from './eventful.ts';
import * as registered from './registered.ts';

type Registered = typeof registered;
/** The items that have events. */
export type EventfulItem = keyof Registered;
export type DomainEvent = { [Item in EventfulItem]: z.infer<Registered[Item]['schemas'][number]> }[EventfulItem];

export const EVENTFUL_ITEMS = Object.keys(registered) as EventfulItem[];

/** The event of a write to an item: from what it was before, undefined where it is new, to what it is. */
export const eventOfItem = (item: EventfulItem, before: unknown, after: unknown): DomainEvent | undefined =>
  registered[item].eventOf(before, after);

/**
 * Every domain event by its name. None carries a document (payload, checklist, geometry, text of a comment or a note):
 * an event stays small, and nothing that a person wrote at length leaves the table with it.
 */
export const EVENT_SCHEMAS: Readonly<Record<string, EventSchema>> = Object.fromEntries(
  Object.values(registered).flatMap(({ schemas }) =>
    schemas.map((schema: EventSchema) => [schema.shape.name.value, schema] as const),
  ),
);
