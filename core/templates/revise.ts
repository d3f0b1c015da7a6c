import { requireVersion, type Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import { waiverRefusal } from '../identity/approval.ts';
import { requireDemandable } from '../qualifications/demand.ts';
import type { Qualifications } from '../qualifications/qualification.ts';
import type { Retry } from '../retry.ts';
import { hasAlready } from '../same.ts';
import type { Clock } from '../time/instant.ts';
import type { TemplateChanged } from './changes.ts';
import type { Template, TemplatePatch, Templates } from './template.ts';

/**
 * Makes a new revision of a template; the one before is kept as it was, and tasks keep the one they were made from.
 * Taking a template in or out of use changes no content and makes no revision. Refuses with `permission_denied` to take
 * the need for approval away without the permission to approve.
 */
export const makeReviseTemplate =
  ({
    templates,
    qualifications,
    commit,
    retry,
    clock,
  }: {
    readonly templates: Pick<Templates, 'get'>;
    readonly qualifications: Pick<Qualifications, 'byCodes'>;
    readonly commit: Commit<TemplateChanged>;
    readonly retry: Retry;
    readonly clock: Clock;
  }) =>
  (call: Call, templateId: string, { is_active, ...patch }: TemplatePatch): Promise<Template> =>
    retry(async () => {
      const before = await templates.get(call.tenantId, templateId);
      const content = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      requireVersion(call, 'template', before.version);
      const waiver = waiverRefusal(call, before.requires_approval, patch.requires_approval);
      if (waiver !== undefined) throw waiver;
      const demanded = patch.required_qualifications ?? [];
      await requireDemandable(qualifications, call.tenantId, demanded, before.required_qualifications);
      const isRevision = !hasAlready(before, content);
      if (!isRevision && (is_active ?? before.is_active) === before.is_active) {
        await commit(call, [], before);
        return before;
      }
      const after: Template = {
        ...before,
        ...content,
        is_active: is_active ?? before.is_active,
        revision: before.revision + (isRevision ? 1 : 0),
        updated_at: clock(),
        version: before.version + 1,
      };
      await commit(call, [{ kind: 'template_changed', before, after }], after);
      return after;
    });
