import type { References } from '../../../core/tasks/create.ts';
import type { Codec, Reads } from '../codec.ts';
import type { Key } from '../keys.ts';
import { KEY } from '../table.ts';
import { orgUnitCodec, orgUnitKey } from './org-units.ts';
import { makeQualifications } from './qualifications.ts';
import { taskTypeCodec, taskTypeKey } from './task-types.ts';
import { templateCodec, templateKey } from './templates.ts';

/** What drafts of tasks refer to. */
export const makeReferences = (reads: Reads): References => ({
  read: async (tenantId, { taskTypes, templates, orgUnits, qualifications }) => {
    const typeKeys = [...taskTypes].map((id) => taskTypeKey(tenantId, id));
    const templateKeys = [...templates].map((id) => templateKey(tenantId, id));
    const orgUnitKeys = [...orgUnits].map((id) => orgUnitKey(tenantId, id));
    const [items, demanded] = await Promise.all([
      reads.reader.getMany([...typeKeys, ...templateKeys, ...orgUnitKeys]),
      makeQualifications(reads).byCodes(tenantId, [...qualifications]),
    ]);
    const bySortKey = new Map(items.map((item) => [item[KEY.sort], item]));
    const pick = <T extends { readonly id: string }>(keys: readonly Key[], codec: Codec<T>): ReadonlyMap<string, T> =>
      new Map(
        keys.flatMap(({ SK }) => {
          const item = bySortKey.get(SK);
          if (item === undefined) return [];
          const record = codec.fromItem(item);
          return [[record.id, record] as const];
        }),
      );
    return {
      taskTypes: pick(typeKeys, taskTypeCodec),
      templates: pick(templateKeys, templateCodec),
      orgUnits: pick(orgUnitKeys, orgUnitCodec),
      qualifications: demanded,
    };
  },
});
