import { notFound } from '../../../core/errors.ts';
import type { TemplateChanges } from '../../../core/templates/changes.ts';
import { templateSchema, type Template, type Templates } from '../../../core/templates/template.ts';
import { all, claim, put, update, type KeyedItem, type Writes } from '../actions.ts';
import { find, makeCodec, owned, type Codec, type Reads } from '../codec.ts';
import { REVISION_PREFIX, revisionKey, directoryKey } from '../keys.ts';
import { directoryPage } from '../listing.ts';
import { END, firstOf } from '../pages.ts';
import { sizeOf } from '../size.ts';

export const templateKey = /* @__PURE__ */ directoryKey('template');

export const templateCodec: Codec<Template> = /* @__PURE__ */ makeCodec({
  schema: templateSchema,
  key: owned(templateKey),
  documents: ['default_checklist', 'route_template', 'payload_template', 'default_payload'],
});

/** An earlier revision of a template: kept as it was. */
const revisionItem = (template: Template): KeyedItem => ({
  ...templateCodec.toItem(template),
  ...revisionKey(template.tenant_id, template.id, template.revision),
});

export const makeTemplates = (reads: Reads): Templates => ({
  get: async (tenantId, id) => {
    const template = await find(reads, templateCodec, templateKey(tenantId, id));
    if (template === undefined) throw notFound('template', id);
    return template;
  },
  list: (tenantId, filters, page) => directoryPage(reads, templateCodec, templateKey(tenantId, ''), filters, page),
  revisions: async (tenantId, id, { limit, after }) => {
    const seen = after === undefined ? 0 : Number(after);
    const from = revisionKey(tenantId, id, seen + 1);
    const [newest, read] = await Promise.all([
      reads.reader.get(templateKey(tenantId, id)),
      reads.reader.rangePage({ partition: from.PK, from: from.SK, to: `${REVISION_PREFIX}${END}`, limit: limit + 1 }),
    ]);
    if (newest === undefined) throw notFound('template', id);
    const { revision: count } = templateCodec.fromItem(newest);
    const earlier = read.items.filter((item) => templateCodec.fromItem(item).revision < count);
    // Of two reads side by side one may be older than the other: the newest follows only upon the revision before it.
    const before = earlier.at(-1);
    const isWhole = (before === undefined ? seen : templateCodec.fromItem(before).revision) === count - 1;
    const sent = firstOf((isWhole ? [...earlier, newest] : earlier).slice(0, limit), sizeOf);
    const page = sent.map(templateCodec.fromItem);
    const last = page.at(-1)?.revision ?? seen;
    return last === count ? { items: page } : { items: page, next: String(last) };
  },
});

export const templateWrites: Writes<TemplateChanges> = {
  template_created: ({ template }) =>
    all(
      claim(template.tenant_id, 'TEMPLATE_KEY', template.template_key, template.id, 'template_key'),
      put('template', templateCodec.toItem(template)),
    ),
  template_changed: ({ before, after }) => {
    const changed = update('template', templateCodec.toItem(before), templateCodec.toItem(after), {
      revision: before.revision,
      updated_at: before.updated_at,
    });
    return before.revision === after.revision ? changed : all(changed, put('revision before', revisionItem(before)));
  },
};
