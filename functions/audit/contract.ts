import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { entrySchema, trailFilters } from '../../core/trail/entry.ts';

export const listAuditTrail = route({
  operation: 'listAuditTrail',
  method: 'GET',
  path: '/api/audit',
  tag: { name: 'audit', description: 'Who changed what, when, and in which request.' },
  summary: 'The committed changes of the tenant, newest first',
  description:
    'Changes of tasks, templates, types, strategies and absences are shown to those who may read missions, those of ' +
    'assets to those who may read the registry. A change arrives within seconds; the trail is kept 400 days unless the ' +
    'stage says otherwise. A page may be short, and empty, though another follows.',
  access: 'identity.read',
  handler: 'audit/list',
  query: trailFilters,
  status: 200,
  response: z.array(entrySchema),
  paged: true,
  list: 'audit_entry',
  refusals: [],
  table: ['Query'],
});
