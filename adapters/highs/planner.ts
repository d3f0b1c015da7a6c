import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isMainThread, parentPort, Worker, workerData, type WorkerOptions } from 'node:worker_threads';
import * as z from 'zod';
import type { PlanProgress } from '../../core/planning/plan.ts';
import type { Effort } from '../../core/planning/result.ts';
import { planSnapshot, type Planner, type Solved } from '../../core/plans/solved.ts';
import type { PlanSnapshot } from '../../core/plans/snapshot.ts';
import { loadSolver } from './solver.ts';

/** Told to the thread: what to plan, and a number that is not 0 once it is to stop. */
interface Work {
  readonly purpose: typeof PURPOSE;
  readonly snapshot: PlanSnapshot;
  readonly effort: Effort;
  readonly stopped: SharedArrayBuffer;
}
type Message = { readonly progress: PlanProgress } | { readonly solved: Solved };

const PURPOSE = 'plan';

/** Megabytes of the heap of a thread: the largest plan takes about 800. */
const HEAP_MB = 1_536;

/**
 * Plans in a thread of its own, so that whoever asked can write the progress meanwhile and say stop. The thread runs this
 * very module, bundled or not: a second file would have to be found in each of the places where it runs.
 */
export const planInThread: Planner = async (snapshot, effort, { onProgress, signal }) => {
  const stopped = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const work: Work = { purpose: PURPOSE, snapshot, effort, stopped };
  const stop = (): void => void Atomics.store(new Int32Array(stopped), 0, 1);
  const worker = startThread(import.meta.url, {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    return await new Promise<Solved>((resolve, reject) => {
      worker.on('message', (message: Message) => {
        if ('solved' in message) resolve(message.solved);
        else onProgress(message.progress);
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`The planner ended with ${code}, and without a plan.`)));
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
};

/** From source a thread has to register the loader of TypeScript itself: it inherits none. */
const startThread = (module: string, options: WorkerOptions): Worker => {
  if (!module.endsWith('.ts')) return new Worker(new URL(module), options);
  // `require` finds the build for `require`, whose own imports lead nowhere.
  const loader = pathToFileURL(createRequire(module).resolve('tsx/esm/api').replace(/cjs$/, 'mjs')).href;
  const code = `import('${loader}').then(({ register }) => register()).then(() => import('${module}'));`;
  return new Worker(code, { ...options, eval: true });
};

const workSchema = z.custom<Work>((value) => z.object({ purpose: z.literal(PURPOSE) }).safeParse(value).success);

const runInThread = async (work: Work, tell: (message: Message) => void): Promise<void> => {
  const began = performance.now();
  const stopped = new Int32Array(work.stopped);
  const solver = await loadSolver();
  const { plan, answer } = planSnapshot(work.snapshot, {
    effort: work.effort,
    solver,
    onProgress: (progress) => tell({ progress }),
    isCancelled: () => Atomics.load(stopped, 0) !== 0,
  });
  const { totals, bound, gap, baseline, is_canceled } = plan;
  const elapsed_ms = Math.round(performance.now() - began);
  tell({
    solved: { outcome: { totals, bound, gap, baseline, is_canceled, solver: { ...plan.solver, elapsed_ms } }, answer },
  });
};

const given = workSchema.safeParse(workerData);
// What it throws ends the thread, and reaches whoever started it.
if (!isMainThread && given.success) void runInThread(given.data, (message) => parentPort?.postMessage(message));
