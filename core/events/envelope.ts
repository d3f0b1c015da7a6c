/** The `source` of every event on the bus, and the first word of every name. */
export const EVENT_SOURCE = 'task_center';

/**
 * What an event is about: of `task_center.<resource>.<verb>` the id in `<resource>_id`. Events of one subject are
 * published in order; those of different subjects may overtake each other.
 */
export const subjectOf = ({
  name,
  id,
  task_id,
  data,
}: {
  readonly name: string;
  readonly id: string;
  readonly task_id?: string;
  readonly data: Readonly<Record<string, unknown>>;
}): string => {
  if (task_id !== undefined) return task_id;
  const [, resource = ''] = name.split('.');
  const subject = data[`${resource}_id`];
  return typeof subject === 'string' ? subject : id;
};
