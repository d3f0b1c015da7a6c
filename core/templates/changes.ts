import type { Template } from './template.ts';

export interface TemplateCreated {
  readonly kind: 'template_created';
  readonly template: Template;
}
export interface TemplateChanged {
  readonly kind: 'template_changed';
  readonly before: Template;
  readonly after: Template;
}

export type TemplateChanges = TemplateCreated | TemplateChanged;
