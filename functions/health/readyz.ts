import { directory } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { readyz } from './contract.ts';

/** Any read will do: a tenant that does not exist is an answer too. */
export const handler = serve(readyz, async () => {
  await directory.findTenant('-');
  return { status: 'ready' };
});
