import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeTask } from '../../../../core/tasks/compose.ts';
import { taskDraft, viewOf } from '../../../../core/tasks/task.ts';
import type { Template } from '../../../../core/templates/template.ts';
import { makeIds, NOW } from '../../fakes.ts';
import { instant, template } from '../../records.ts';

const LEAST = { task_type_id: 'type-1', name: 'Inspect' };
const compose = (request: object, from?: Template) =>
  composeTask(
    taskDraft.parse({ ...LEAST, ...request }),
    { template: from },
    {
      id: 'task-1',
      tenantId: 'tenant-1',
      actorId: 'actor-1',
      at: NOW,
      newId: makeIds(),
    },
  );
const view = (request: object, from?: Template) => viewOf({ task: compose(request, from), later: [] });

const object = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
  fc.jsonValue(),
  { maxKeys: 4 },
);
/** A value, or one of the two ways not to give it. */
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(fc.option(value, { nil: null }), { nil: undefined });

describe('composition', () => {
  it('takes the request, else the template, else the constant: field by field', () => {
    const request = fc.record({
      priority: maybe(fc.integer({ min: 1, max: 10 })),
      risk_level: maybe(fc.integer({ min: 1, max: 5 })),
      requires_approval: maybe(fc.boolean()),
      checklist: maybe(fc.array(fc.string(), { maxLength: 3 })),
      route_template: maybe(object),
      payload_template: maybe(object),
    });
    const defaults = fc.option(
      fc.record({
        default_priority: fc.integer({ min: 1, max: 10 }),
        default_risk_level: fc.integer({ min: 1, max: 5 }),
        requires_approval: fc.boolean(),
        default_checklist: fc.array(fc.string(), { maxLength: 3 }),
        route_template: object,
        payload_template: object,
      }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(request, defaults, (given, from) => {
        const made = compose(given, from === undefined ? undefined : template(from));
        const { priority, risk_level, requires_approval, checklist, route_template, payload_template } = made;
        expect({ priority, risk_level, requires_approval, checklist, route_template, payload_template }).toEqual({
          priority: given.priority ?? from?.default_priority ?? 5,
          risk_level: given.risk_level ?? from?.default_risk_level ?? 3,
          requires_approval: given.requires_approval ?? from?.requires_approval ?? false,
          checklist: given.checklist ?? from?.default_checklist ?? [],
          route_template: given.route_template ?? from?.route_template ?? {},
          payload_template: given.payload_template ?? from?.payload_template ?? {},
        });
      }),
    );
  });

  it('lets an explicit false, empty list and empty object win over the template', () => {
    const from = template({
      requires_approval: true,
      default_checklist: ['helmet'],
      route_template: { from: 'A', to: 'B' },
      payload_template: { camera: true },
    });
    const given = { requires_approval: false, checklist: [], route_template: {}, payload_template: {} };
    expect(compose(given, from)).toMatchObject(given);
  });

  it('replaces a template object as a whole, never key by key', () => {
    const from = template({ route_template: { from: 'A', to: 'B' } });
    expect(compose({ route_template: { from: 'C' } }, from).route_template).toEqual({ from: 'C' });
  });

  it('overlays the default payload key by key, then sets the four keys', () => {
    fc.assert(
      fc.property(object, object, (default_payload, context_data) => {
        const from = template({ default_payload, route_template: { r: 1 }, payload_template: { p: 1 } });
        expect(view({ context_data }, from).context_data).toEqual({
          ...default_payload,
          ...context_data,
          route_template: { r: 1 },
          payload_template: { p: 1 },
          template_version: 'v2',
          schedule: { planned_start_at: null, planned_end_at: null },
        });
      }),
    );
  });

  it('does not overlay below the first level', () => {
    const from = template({ default_payload: { camera: { lens: 35, flash: true } } });
    expect(view({ context_data: { camera: { lens: 50 } } }, from).context_data['camera']).toEqual({ lens: 50 });
  });

  it('lets nobody set the four keys by hand', () => {
    const context_data = { schedule: 'mine', template_version: 'mine', route_template: 1, payload_template: 2 };
    const window = { planned_start_at: '2026-03-01T08:00:00Z', planned_end_at: '2026-03-01T10:00:00Z' };
    expect(view({ context_data, ...window }).context_data).toEqual({
      route_template: {},
      payload_template: {},
      template_version: 'v2',
      schedule: {
        planned_start_at: instant('2026-03-01T08:00:00Z'),
        planned_end_at: instant('2026-03-01T10:00:00Z'),
      },
    });
  });

  it('starts as a draft, version 1, assigned to nobody', () => {
    expect(compose({})).toMatchObject({
      state: 'DRAFT',
      version: 1,
      assigned_to: null,
      dispatch_mode: null,
      created_by: 'actor-1',
      created_at: NOW,
      updated_at: NOW,
    });
  });

  it('names its template and the version of it', () => {
    const from = template({ id: 'template-7', template_version: 'v3' });
    expect(compose({ template_id: 'template-7' }, from)).toMatchObject({
      template_id: 'template-7',
      template_version: 'v3',
    });
    expect(compose({})).toMatchObject({ template_id: null, template_version: null });
  });

  it('gives each attachment an id, an author and a time; the view shows them before later ones', () => {
    const made = compose({
      attachments: [
        { name: 'a', url: 'https://x.example/a', size_bytes: 0 },
        { name: 'b', url: 'https://x.example/b', media_type: 'text/plain' },
      ],
    });
    expect(made.attachment_count).toBe(2);
    expect(made.first_attachments).toEqual([
      {
        id: 'id-1',
        name: 'a',
        url: 'https://x.example/a',
        media_type: null,
        size_bytes: 0,
        created_by: 'actor-1',
        created_at: NOW,
      },
      expect.objectContaining({ id: 'id-2', name: 'b', media_type: 'text/plain', size_bytes: null }),
    ]);
    const later = { ...made.first_attachments[0], id: 'later' } as (typeof made.first_attachments)[number];
    expect(viewOf({ task: made, later: [later] }).attachments.map(({ id }) => id)).toEqual(['id-1', 'id-2', 'later']);
  });
});
