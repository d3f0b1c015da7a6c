import * as z from 'zod';
import type { Choice } from './changes.ts';

/** What the choice of strategies says of its own last change. */
export const lastChoiceSchema = z.object({
  action: z.enum(['activated', 'shadow_started', 'shadow_stopped']),
  strategy_id: z.string(),
  strategy_version: z.string(),
});

export const lastChoiceOf = ({ action, strategyId, strategyVersion }: Choice): z.infer<typeof lastChoiceSchema> => ({
  action,
  strategy_id: strategyId,
  strategy_version: strategyVersion,
});
