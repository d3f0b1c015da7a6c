import { computed, signal } from '@preact/signals';
import { makeOutbox } from '../../api/outbox.ts';
import { problemOf } from '../../api/refusal.ts';
import { client, session } from '../../api/session.ts';
import type { Task } from '../../state/backlog.ts';
import { entryText, withTick } from '../../state/checklist.ts';
import { outcomeOf, withErrands, type Deed, type Errand, type Outcome } from '../../state/errands.ts';
import { sectionsOf } from '../../state/day.ts';
import { zone } from '../plan/store.ts';

const TASK = '/api/task-center/tasks/{task_id}';
const MOST = 500;
const POLL_MS = 10_000;

const held = signal<readonly Task[]>([]);
export const isLoaded = signal(false);
export const isOffline = signal(false);
/** Why what is shown may be old. */
export const trouble = signal<string | undefined>(undefined);
/** Counts what reached the service, so that comments and attachments are read again. */
export const arrivals = signal(0);
const now = signal(Date.now());

const CHECKLIST_CHANGED = {
  kind: 'refused',
  code: 'checklist_changed',
  detail: 'The checklist has another entry at this place.',
} as const;

const perform = async ({ key, taskId, deed }: Errand): Promise<Outcome> => {
  const params = { task_id: taskId };
  const once = { params, idempotencyKey: key };
  switch (deed.kind) {
    case 'start':
      takeOver(await client.post(`${TASK}/transition`, { ...once, body: { target_state: 'IN_PROGRESS' } }));
      break;
    case 'accept':
      takeOver(await client.post(`${TASK}/transition`, { ...once, body: { target_state: 'ACCEPTED' } }));
      break;
    case 'tick': {
      // A tick is of an entry, not of the list as it was: other people's ticks since then stay.
      const { checklist, version } = await client.get(TASK, { params });
      const entry = checklist[deed.position];
      if (entry === undefined || entryText(entry) !== deed.text) return CHECKLIST_CHANGED;
      const body = { checklist: withTick(checklist, deed.position, deed.done) };
      takeOver(await client.patch(`${TASK}/risk-checklist`, { params, ifMatch: version, body }));
      break;
    }
    case 'comment':
      await client.post(`${TASK}/comments`, { ...once, body: { content: deed.content } });
      break;
    case 'attach':
      await client.post(`${TASK}/attachments`, { ...once, body: { name: deed.name, url: deed.url } });
      break;
  }
  return { kind: 'done' };
};

const sendFor =
  (userId: string) =>
  async (errand: Errand): Promise<Outcome> => {
    // Whoever is signed in now sends nothing of somebody else.
    if (session.value?.userId !== userId) return { kind: 'later' };
    try {
      const outcome = await perform(errand);
      isOffline.value = false;
      arrivals.value += 1;
      return outcome;
    } catch (error) {
      const problem = problemOf(error);
      isOffline.value = problem.status === 0;
      // Between the look at the checklist and the tick somebody else was there.
      return problem.code === 'precondition_failed' ? { kind: 'later' } : outcomeOf(problem);
    }
  };

/** The outbox of whoever is signed in. */
const outbox = computed(() => {
  const userId = session.value?.userId ?? '';
  const place = `task-center.outbox.${userId}`;
  return makeOutbox({
    load: () => localStorage.getItem(place),
    save: (text) => localStorage.setItem(place, text),
    send: sendFor(userId),
    newKey: () => crypto.randomUUID(),
    alone: async (work) => {
      await navigator.locks.request(place, work);
    },
  });
});
const errands = computed(() => outbox.value.errands.value);
export const waiting = computed(() => errands.value.filter(({ refusal }) => refusal === undefined));
export const refused = computed(() => errands.value.filter(({ refusal }) => refusal !== undefined));

export const sections = computed(() =>
  sectionsOf(
    held.value.map((task) => withErrands(task, errands.value)),
    zone.value,
    now.value,
  ),
);

const takeOver = (task: Task): void => {
  held.value = held.value.map((one) => (one.id === task.id ? task : one));
};

/** Keeps a deed, and sends it as soon as that can be. */
export const does = (task: Pick<Task, 'id' | 'name'>, deed: Deed): void => {
  outbox.value.add(task, deed);
  void sync();
};
export const retry = (key: string): void => {
  outbox.value.retry(key);
  void sync();
};
export const discard = (key: string): void => outbox.value.discard(key);

const read = async (): Promise<void> => {
  const userId = session.value?.userId;
  if (userId === undefined) return;
  try {
    const query = { assigned_to: userId, state: 'DISPATCHED,IN_PROGRESS' };
    const { items } = await client.list('/api/task-center/tasks', { query }, MOST);
    if (session.value?.userId !== userId) return;
    held.value = items;
    isLoaded.value = true;
    isOffline.value = false;
    trouble.value = undefined;
  } catch (error) {
    const problem = problemOf(error);
    isOffline.value = problem.status === 0;
    trouble.value = problem.status === 0 ? undefined : problem.detail;
  }
};

const sync = async (): Promise<void> => {
  now.value = Date.now();
  await outbox.value.flush();
  await read();
};

/** Sends and looks when the page opens, when it is seen again, when the network is back, and now and then. Returns how to stop. */
export const startSyncing = (): (() => void) => {
  const look = (): void => {
    if (document.visibilityState === 'visible') void sync();
  };
  look();
  const timer = setInterval(look, POLL_MS);
  addEventListener('online', look);
  document.addEventListener('visibilitychange', look);
  return () => {
    clearInterval(timer);
    removeEventListener('online', look);
    document.removeEventListener('visibilitychange', look);
    held.value = [];
    isLoaded.value = false;
  };
};
