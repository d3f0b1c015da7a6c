import * as z from 'zod';
import { datedEditOf, datedEditSchema } from '../events/edit.ts';
import type { Choice } from './changes.ts';

/** What the choice of strategies says of its own last change. */
export const lastChoiceSchema = datedEditSchema.extend({
  action: z.enum(['activated', 'shadow_started', 'shadow_stopped']),
  strategy_id: z.string(),
  strategy_version: z.string(),
});

export const lastChoiceOf = (choice: Choice): z.infer<typeof lastChoiceSchema> => ({
  ...datedEditOf(choice),
  action: choice.action,
  strategy_id: choice.strategyId,
  strategy_version: choice.strategyVersion,
});
