import { DomainError } from '../../../core/errors.ts';
import type { TenantChanges } from '../../../core/identity/changes.ts';
import { tenantSchema, type Directory, type Tenant } from '../../../core/identity/directory.ts';
import { action, exists, put, type Writes } from '../actions.ts';
import { find, makeCodec, type Codec, type Reads } from '../codec.ts';
import { tenantKey } from '../keys.ts';

export const tenantCodec: Codec<Tenant> = /* @__PURE__ */ makeCodec({
  schema: tenantSchema,
  key: ({ id }) => tenantKey(id),
});

export const tenantReads = (reads: Reads): Pick<Directory, 'findTenant'> => ({
  findTenant: (tenantId) => find(reads, tenantCodec, tenantKey(tenantId)),
});

export const tenantWrites: Writes<TenantChanges> = {
  tenant_created: ({ tenant }) => put('tenant', tenantCodec.toItem(tenant)),
  tenant_bootstrapped: ({ tenant }) =>
    action(
      'tenant',
      {
        Update: {
          Key: { ...tenantKey(tenant.id) },
          UpdateExpression: 'SET bootstrapped = :true',
          ConditionExpression: `${exists} AND attribute_not_exists(bootstrapped)`,
          ExpressionAttributeValues: { ':true': true },
        },
      },
      { refusal: () => new DomainError('tenant_has_users', 'The tenant has users: its admin exists already.', {}) },
    ),
};
