import type * as z from 'zod';
import { editedSchema, newEdit, occasionOf } from '../events/edit.ts';
import { eventful, resourceEvent } from '../events/eventful.ts';
import { idSchema } from '../fields.ts';
import { assetSchema } from './asset.ts';

const { asset_type, asset_code, name, availability_status, region_code } = assetSchema.shape;
const data = { asset_id: idSchema, asset_type, asset_code, name, availability_status, region_code };
const facts = assetSchema
  .pick({
    ...{ id: true, tenant_id: true, asset_type: true, asset_code: true, name: true },
    ...{ availability_status: true, region_code: true },
  })
  .extend(editedSchema.shape);
type Facts = z.infer<typeof facts>;

export const assetEvents = eventful(
  [resourceEvent('asset.created', data), resourceEvent('asset.changed', data)],
  facts,
)({
  created: (after) => eventOf('task_center.asset.created', undefined, after),
  changed: (before, after) => eventOf('task_center.asset.changed', before, after),
});

const eventOf = <Name extends string>(kind: Name, before: Facts | undefined, after: Facts) => {
  const edit = newEdit(before, after);
  const { id, tenant_id: _, last_edit: __, ...rest } = after;
  return edit && { ...occasionOf(edit, after), name: kind, data: { asset_id: id, ...rest } };
};
