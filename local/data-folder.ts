import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startupError, systemCode } from './startup-error.ts';

export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  /** Names the database process, which may outlive a killed owner by some seconds. */
  usedBy(databasePid: number): Promise<void>;
  release(): Promise<void>;
}

interface Holder {
  readonly owner: number;
  readonly database?: number;
}

const LOCK = 'task-center.lock';
/** How long a database may take to notice that its owner is dead. */
const HANDOVER_MS = 60_000;

/** The folders this very process holds: a lock with our own pid may also be left by an earlier life of it (containers). */
const held = new Set<string>();

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
};

const parseHolder = (text: string): Holder => {
  const [owner, database] = text.split('\n').map(Number);
  return { owner: owner ?? 0, ...(database === undefined || database === 0 ? {} : { database }) };
};

/** Moves a lock away only if it is still the one that was judged: its finder may have been overtaken by another. */
const takeAway = async (lock: string, judged: string): Promise<void> => {
  const aside = `${lock}.${process.pid}.old`;
  try {
    await rename(lock, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== judged) await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
};

const inUse = (path: string, pid: number): Error =>
  startupError(
    `The data folder ${path} is in use by process ${pid}: stop it, or use another folder (--data DIR) or none ` +
      `(--in-memory). If that process is something else, delete ${join(path, LOCK)}.`,
  );

const acquire = async (path: string, lock: string, draft: string): Promise<void> => {
  const deadline = Date.now() + HANDOVER_MS;
  for (;;) {
    try {
      // A link either makes the complete lock or fails: nobody ever reads half of one.
      await link(draft, lock);
      return;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    const text = await readFile(lock, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const { owner, database } = parseHolder(text);
    if (owner === process.pid ? held.has(path) : runs(owner)) throw inUse(path, owner);
    if (database !== undefined && runs(database)) {
      if (Date.now() > deadline) throw inUse(path, database);
      await delay(100);
    } else {
      await takeAway(lock, text);
    }
  }
};

/**
 * Claims a folder for one database, creating it where it is absent. The claim of a process that died is taken over.
 * Throws a startup error when another run uses the folder, or when it cannot be written.
 */
export const claimDataFolder = async (directory: string): Promise<DataFolder> => {
  const path = resolve(directory);
  const lock = join(path, LOCK);
  const draft = `${lock}.${process.pid}`;
  try {
    await mkdir(path, { recursive: true });
    await writeFile(draft, `${process.pid}\n`);
  } catch (error) {
    throw startupError(`The data folder ${path} cannot be written (${systemCode(error) ?? String(error)}).`, error);
  }
  try {
    await acquire(path, lock, draft);
  } finally {
    await rm(draft, { force: true });
  }
  held.add(path);
  return {
    path,
    usedBy: async (databasePid) => {
      await writeFile(draft, `${process.pid}\n${databasePid}\n`);
      await rename(draft, lock);
    },
    release: async () => {
      if (held.delete(path)) await rm(lock, { force: true });
    },
  };
};
