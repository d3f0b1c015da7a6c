import * as z from 'zod';
import type { Log } from '../adapters/runtime/logger.ts';
import type { EventBus } from '../core/events/bus.ts';
import type { LambdaHandler } from './gateway.ts';

/** Makes plans one at a time, in the order in which they were asked for. */
export interface LocalPlanner {
  readonly take: (tenantId: string, planId: string) => void;
  /** Ends the plan that is being made, keeping the best so far; fulfilled when nothing is at work any more. */
  readonly stop: () => Promise<void>;
}

/**
 * Does on this machine what queue and function do in AWS. The queue is in memory: a plan whose run was killed stays as it
 * is, until it is canceled or its time is over.
 */
export const makeLocalPlanner = ({
  solve,
  log,
}: {
  readonly solve: (tenantId: string, planId: string, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}): LocalPlanner => {
  const wish = new AbortController();
  let last = Promise.resolve();
  return {
    take: (tenantId, planId) => {
      last = last
        .then(() => (wish.signal.aborted ? undefined : solve(tenantId, planId, wish.signal)))
        .catch((error: unknown) => log.error('a plan cannot be made now', { plan_id: planId, error }));
    },
    stop: () => {
      wish.abort();
      return last;
    },
  };
};

/** As the rule of the bus: what is published goes on to the planner where it asks for a plan. */
export const withRequests = (bus: EventBus, { take }: Pick<LocalPlanner, 'take'>): EventBus => ({
  publish: async (events) => {
    const published = await bus.publish(events);
    for (const event of events.slice(0, published.count))
      if (event.name === 'task_center.plan.requested') take(event.tenant_id, event.data.plan_id);
    return published;
  },
});

const acceptedSchema = z.object({ id: z.string() });
const authorizerSchema = z.object({ tenant_id: z.string() });

/** Where another process publishes the events, or none does: each plan that was accepted here is made here. */
export const withPlans =
  (create: LambdaHandler, { take }: Pick<LocalPlanner, 'take'>): LambdaHandler =>
  async (event, context) => {
    const answer = await create(event, context);
    if (answer.statusCode === 202) {
      const { id } = acceptedSchema.parse(JSON.parse(answer.body));
      take(authorizerSchema.parse(event.requestContext.authorizer).tenant_id, id);
    }
    return answer;
  };
