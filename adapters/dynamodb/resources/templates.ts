import { notFound } from '../../../core/errors.ts';
import { lastEditOf } from '../../../core/events/edit.ts';
import type { TemplateChanges } from '../../../core/templates/changes.ts';
import { templateSchema, type Template, type Templates } from '../../../core/templates/template.ts';
import { all, claim, put, update, type KeyedItem, type Writes } from '../actions.ts';
import { find, makeCodec, owned, tenantOf, type Codec, type Reads } from '../codec.ts';
import { REVISION_PREFIX, revisionKey, templateKey } from '../keys.ts';
import { listAttributes } from '../listing.ts';
import { behind, firstOf, listPage } from '../pages.ts';
import { sizeOf } from '../size.ts';

export const templateCodec: Codec<Template> = /* @__PURE__ */ makeCodec({
  schema: templateSchema,
  key: owned(templateKey),
  documents: ['default_checklist', 'route_template', 'payload_template', 'default_payload'],
  list: 'templates',
  tenantOf,
});

/** An earlier revision of a template: kept as it was, and in no list. */
const revisionItem = (template: Template): KeyedItem => {
  const lists = Object.keys(listAttributes('templates', template.tenant_id, template));
  const kept = Object.entries(templateCodec.toItem(template)).filter(([name]) => !lists.includes(name));
  return { ...Object.fromEntries(kept), ...revisionKey(template.tenant_id, template.id, template.revision) };
};

export const makeTemplates = (reads: Reads): Templates => ({
  get: async (tenantId, id) => {
    const template = await find(reads, templateCodec, templateKey(tenantId, id));
    if (template === undefined) throw notFound('template', id);
    return template;
  },
  list: (tenantId, filters, page) => listPage(reads, 'templates', templateCodec, tenantId, filters, page),
  revisions: async (tenantId, id, { limit, after }) => {
    const newest = templateKey(tenantId, id);
    const from = after === undefined ? REVISION_PREFIX : behind(revisionKey(tenantId, id, Number(after)));
    const read = await reads.reader.rangePage({ partition: newest.PK, from, to: newest.SK, limit: limit + 1 });
    if (read.items.length === 0) throw notFound('template', id);
    const sent = firstOf(read.items.slice(0, limit), sizeOf);
    const page = sent.map(templateCodec.fromItem);
    const last = page.at(-1);
    const isLast = sent.length === read.items.length && read.last === undefined;
    return isLast || last === undefined ? { items: page } : { items: page, next: String(last.revision) };
  },
});

export const templateWrites: Writes<TemplateChanges> = {
  template_created: ({ template }) =>
    all(
      claim(template.tenant_id, 'TEMPLATE_KEY', template.template_key, template.id, 'template_key'),
      put('template', templateCodec.toItem(template)),
    ),
  template_changed: ({ before, after, ...edit }) => {
    const changed = update(
      'template',
      templateCodec.toItem(before),
      { ...templateCodec.toItem(after), last_edit: lastEditOf(edit) },
      { revision: before.revision, updated_at: before.updated_at },
    );
    return before.revision === after.revision ? changed : all(changed, put('revision before', revisionItem(before)));
  },
};
