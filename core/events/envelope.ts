/** The `source` of every event on the bus. */
export const EVENT_SOURCE = 'task_center';

/** Events of one subject are published in order; those of different subjects may overtake each other. */
export const subjectOf = ({ id, task_id = id }: { readonly id: string; readonly task_id?: string }): string => task_id;
