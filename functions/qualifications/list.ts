import { qualifications } from '../../adapters/runtime/resources/qualifications.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { listQualifications } from './contract.ts';

export const handler = serve(listQualifications, ({ call, query, page }) =>
  qualifications.list(call.tenantId, query, page),
);
