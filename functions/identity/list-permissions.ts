import { serve } from '../../adapters/runtime/serve.ts';
import { CATALOGUE_CREATED_AT, PERMISSIONS } from '../../core/identity/permission.ts';
import { listPermissions } from './contract.ts';

const catalogue = PERMISSIONS.map((permission) => ({ ...permission, created_at: CATALOGUE_CREATED_AT }));

export const handler = serve(listPermissions, () => Promise.resolve(catalogue));
