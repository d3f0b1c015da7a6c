import type { EventBus } from '../core/events/bus.ts';
import type { DomainEvent } from '../core/events/event.ts';

export interface LocalPlanner {
  /** Publishes where it did before, and takes each request for a plan as well. */
  readonly bus: EventBus;
  /** Ends the plan that is being made, keeping the best so far; fulfilled when nothing is at work any more. */
  readonly stop: () => Promise<void>;
}

/**
 * Does on this machine what rule and queue do in AWS: hands requests for plans to the planner, one at a time. The queue is
 * in memory: a plan whose run was killed stays as it is, until it is canceled or its time is over.
 */
export const makeLocalPlanner = (
  bus: EventBus,
  solve: (tenantId: string, planId: string, signal: AbortSignal) => Promise<void>,
): LocalPlanner => {
  const wish = new AbortController();
  let last = Promise.resolve();
  const take = ({ tenant_id, data }: Extract<DomainEvent, { readonly name: 'task_center.plan.requested' }>): void => {
    last = last.then(() => (wish.signal.aborted ? undefined : solve(tenant_id, data.plan_id, wish.signal)));
  };
  return {
    bus: {
      publish: async (events) => {
        const published = await bus.publish(events);
        for (const event of events.slice(0, published.count))
          if (event.name === 'task_center.plan.requested') take(event);
        return published;
      },
    },
    stop: () => {
      wish.abort();
      return last;
    },
  };
};
