import { clock, environment } from '../../adapters/runtime/composition.ts';
import { trail } from '../../adapters/runtime/resources/trail.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListTrail } from '../../core/trail/list.ts';
import { listAuditTrail } from './contract.ts';

const run = makeListTrail({ trail, clock, days: environment.AUDIT_DAYS });

export const handler = serve(listAuditTrail, ({ call, query, page }) => run(call, query, page));
