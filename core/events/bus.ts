import type { DomainEvent } from './event.ts';

/** How far a publication came. */
export interface Published {
  /** So many events, from the first on, are published. Of those behind them some may be, too. */
  readonly count: number;
  /** Why it stopped; absent when all are published. */
  readonly cause?: unknown;
}

/** Where domain events go. */
export interface EventBus {
  /**
   * Publishes in the order given, each event at least once. An event of a task is never published while an earlier one
   * of that task may have failed. Reports a failure rather than throwing.
   */
  readonly publish: (events: readonly DomainEvent[]) => Promise<Published>;
}
