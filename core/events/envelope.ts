/** The `source` of every event on the bus. */
export const EVENT_SOURCE = 'task_center';

/** The fields that name what an event is about, the telling one first: a template names its type, too. */
const SUBJECTS = ['absence_id', 'strategy_id', 'template_id', 'task_type_id'] as const;

/** Events of one subject are published in order; those of different subjects may overtake each other. */
export const subjectOf = ({
  id,
  task_id,
  data,
}: {
  readonly id: string;
  readonly task_id?: string;
  readonly data: Readonly<Record<string, unknown>>;
}): string => {
  if (task_id !== undefined) return task_id;
  const subject = SUBJECTS.map((field) => data[field]).find((value) => typeof value === 'string');
  return typeof subject === 'string' ? subject : id;
};
