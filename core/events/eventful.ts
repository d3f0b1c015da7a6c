import * as z from 'zod';
import { idSchema } from '../fields.ts';
import { instantSchema } from '../time/instant.ts';
import { EVENT_SOURCE } from './envelope.ts';

/** What every event has. */
export const envelope = {
  id: idSchema.meta({ description: 'Unique per event. An event that is delivered again has the same id.' }),
  tenant_id: idSchema,
  occurred_at: instantSchema.meta({ description: 'When the change was made' }),
  actor_id: z.string().meta({ description: 'Who made the change' }),
};

/**
 * The schema of `task_center.<resource>.<verb>`. Its data has the id of the resource as `<resource>_id`: events of one
 * id are published in order.
 */
export const resourceEvent = <const Kind extends string, Data extends z.ZodRawShape>(kind: Kind, data: Data) =>
  z.object({ ...envelope, name: z.literal(`${EVENT_SOURCE}.${kind}` as const), data: z.object(data) });

export type EventSchema = z.ZodObject<{ readonly name: z.ZodLiteral<string> }>;

/** The events of one kind of item. */
export interface Eventful<S extends EventSchema> {
  readonly schemas: readonly S[];
  /**
   * The event of a write: from what the item was before it, undefined where it is new, to what it is. Undefined where
   * the write has no event. Throws when the item lacks what its events are made of.
   */
  readonly eventOf: (before: unknown, after: unknown) => z.infer<S> | undefined;
}

/**
 * Defines them: by their schemas, by the fields of the item that they are made of, and by the event that its creation
 * and each change is. Two calls, so that TypeScript knows the first two when it reads the third.
 */
export const eventful =
  <S extends EventSchema, Facts>(schemas: readonly S[], facts: z.ZodType<Facts>) =>
  ({
    created,
    changed,
  }: {
    readonly created: (after: Facts) => z.infer<S> | undefined;
    readonly changed: (before: Facts, after: Facts) => z.infer<S> | undefined;
  }): Eventful<S> => ({
    schemas,
    eventOf: (before, after) =>
      before === undefined ? created(facts.parse(after)) : changed(facts.parse(before), facts.parse(after)),
  });
