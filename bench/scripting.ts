import * as z from 'zod';

/** What Chromium's own profiler counts as scripting (the timeline of its DevTools). */
const SCRIPTING = new Set([
  ...['EvaluateScript', 'v8.compile', 'v8.evaluateModule', 'FunctionCall', 'EventDispatch', 'TimerFire'],
  ...['FireAnimationFrame', 'FireIdleCallback', 'RunMicrotasks', 'XHRReadyStateChange', 'XHRLoad'],
  ...['MinorGC', 'MajorGC', 'V8.GCScavenger', 'v8.callFunction'],
]);

const traceSchema = z.object({
  traceEvents: z.array(
    z.object({
      name: z.string(),
      ph: z.string(),
      pid: z.number(),
      tid: z.number(),
      ts: z.number(),
      dur: z.number().optional(),
      tdur: z.number().optional(),
      args: z.looseObject({ name: z.unknown().optional() }).optional(),
    }),
  ),
});

/**
 * Milliseconds of processor time that the main threads of pages spent in scripts, of a trace as Chromium records it.
 * Of nested events the outer one counts. What else the machine does has no part in it. Throws when the trace has no
 * processor times.
 */
export const scriptingOf = (trace: string): number => {
  const { traceEvents } = traceSchema.parse(JSON.parse(trace));
  const threadOf = ({ pid, tid }: { readonly pid: number; readonly tid: number }): string => `${pid} ${tid}`;
  const mains = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf),
  );
  const scripts = traceEvents
    .filter((event) => event.ph === 'X' && SCRIPTING.has(event.name) && mains.has(threadOf(event)))
    .toSorted((a, b) => a.ts - b.ts);
  const ends = new Map<string, number>();
  let micros = 0;
  for (const event of scripts) {
    if (event.tdur === undefined) throw new Error('The trace has no processor times.');
    const thread = threadOf(event);
    if (event.ts < (ends.get(thread) ?? 0)) continue;
    ends.set(thread, event.ts + (event.dur ?? 0));
    micros += event.tdur;
  }
  return micros / 1_000;
};
