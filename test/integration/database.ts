import type { TestProject } from 'vitest/node';
import type { provideDatabase } from './engine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    environment: Record<string, string>;
  }
}

type Engine = Readonly<{ provideDatabase: typeof provideDatabase }>;
const run = globalThis as { taskCenterEngine?: Promise<Engine> };

/** Every project of a run loads this file for itself. What it needs takes seconds to load, and is loaded once. */
const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const engine = await (run.taskCenterEngine ??= import('./engine.ts'));
  return engine.provideDatabase(project);
};

export default setup;
