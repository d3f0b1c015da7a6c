import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../core/limits.ts';
import { check } from '../../../../core/problems.ts';
import { attachmentDraft, commentDraft } from '../../../../core/tasks/remarks.ts';
import { batchDraft, taskDraft } from '../../../../core/tasks/task.ts';

const LEAST = { task_type_id: 'type-1', name: 'Inspect' };
const [EARLY, LATE] = ['2026-03-01T08:00:00Z', '2026-03-01T10:00:00Z'];

const problemsOf = (schema: Parameters<typeof check>[0], value: unknown) => {
  const checked = check(schema, value);
  return checked.ok ? [] : checked.problems.map(({ pointer, code }) => `${pointer} ${code}`);
};
const draftProblems = (patch: object) => problemsOf(taskDraft, { ...LEAST, ...patch });

describe('a task draft', () => {
  it('needs a type and a name, and nothing else', () => {
    expect(taskDraft.parse(LEAST)).toEqual(LEAST);
    expect(problemsOf(taskDraft, {})).toEqual(['/task_type_id missing', '/name missing']);
  });

  it('has the optional fields of the contract, and takes null for one that is not given', () => {
    const optionalFields =
      'template_id mission_id description requires_approval priority risk_level org_unit_id project_code area_code area_geom ' +
      'required_qualifications ' +
      'checklist attachments route_template payload_template planned_start_at planned_end_at ' +
      'buffer_before_minutes buffer_after_minutes required_assets context_data';
    const nothing = Object.fromEntries(optionalFields.split(' ').map((name) => [name, null]));
    expect(taskDraft.parse({ ...LEAST, ...nothing })).toEqual(LEAST);
    expect(Object.keys(taskDraft.shape).toSorted()).toEqual([...Object.keys({ ...LEAST, ...nothing })].toSorted());
  });

  it.each<[string, object, readonly string[]]>([
    ['an unknown field, by its name', { nmae: 'x', prio: 1 }, ['/nmae unknown_field', '/prio unknown_field']],
    ['a blank name', { name: ' \t' }, ['/name wrong_format']],
    ['a long name', { name: 'x'.repeat(LIMITS.name + 1) }, ['/name too_big']],
    ['an empty reference', { template_id: '' }, ['/template_id too_small']],
    ['priority 0', { priority: 0 }, ['/priority too_small']],
    ['priority 11', { priority: 11 }, ['/priority too_big']],
    ['half a priority', { priority: 5.5 }, ['/priority wrong_type']],
    ['a priority as text', { priority: '5' }, ['/priority wrong_type']],
    ['risk level 6', { risk_level: 6 }, ['/risk_level too_big']],
    ['risk level 0', { risk_level: 0 }, ['/risk_level too_small']],
    ['approval as text', { requires_approval: 'true' }, ['/requires_approval wrong_type']],
    ['context data that is no object', { context_data: [1] }, ['/context_data wrong_type']],
    ['a route that is no object', { route_template: 'A to B' }, ['/route_template wrong_type']],
    ['a long description', { description: 'x'.repeat(LIMITS.description + 1) }, ['/description too_big']],
    ['a long checklist', { checklist: Array(LIMITS.checklistEntries + 1).fill('x') }, ['/checklist too_big']],
    [
      'more qualifications than may be demanded',
      { required_qualifications: Array(LIMITS.qualificationsRequired + 1).fill('x') },
      ['/required_qualifications too_big'],
    ],
    ['a number in a checklist', { checklist: ['x', 5] }, ['/checklist/1 wrong_type']],
    [
      'an attachment without a real url',
      { attachments: [{ name: 'a', url: 'file:///nowhere', size_bytes: -1, note: 'x' }] },
      ['/attachments/0/url wrong_format', '/attachments/0/size_bytes too_small', '/attachments/0/note unknown_field'],
    ],
    ['one end of a window: the start', { planned_start_at: EARLY }, ['/planned_end_at rule_broken']],
    ['one end of a window: the end', { planned_end_at: LATE }, ['/planned_start_at rule_broken']],
    ['null for the other end', { planned_start_at: null, planned_end_at: LATE }, ['/planned_start_at rule_broken']],
    ['an empty window', { planned_start_at: EARLY, planned_end_at: EARLY }, ['/planned_end_at rule_broken']],
    ['a window backwards', { planned_start_at: LATE, planned_end_at: EARLY }, ['/planned_end_at rule_broken']],
    [
      'a window that is backwards once its offsets are read',
      { planned_start_at: '2026-03-01T08:00:00-02:00', planned_end_at: '2026-03-01T09:00:00Z' },
      ['/planned_end_at rule_broken'],
    ],
    [
      'a day that does not exist, of which the order of the window says no more',
      { planned_start_at: '2026-02-30T08:00:00Z', planned_end_at: EARLY },
      ['/planned_start_at rule_broken'],
    ],
    [
      'everything at once, the window too',
      { name: 5, priority: 11, extra: 1, planned_start_at: LATE, planned_end_at: EARLY },
      ['/name wrong_type', '/priority too_big', '/extra unknown_field', '/planned_end_at rule_broken'],
    ],
    [
      'everything at once, one end of a window too',
      { name: ' ', risk_level: 9, planned_end_at: EARLY },
      ['/name wrong_format', '/risk_level too_big', '/planned_start_at rule_broken'],
    ],
  ])('refuses %s', (_, patch, expected) => {
    expect(draftProblems(patch).toSorted()).toEqual([...expected].toSorted());
  });

  it.each(['task', 5, null, [LEAST], true])('is an object: %j is none', (value) => {
    expect(problemsOf(taskDraft, value)).toEqual([' wrong_type']);
  });

  it('reads both ends of a window into UTC', () => {
    const draft = { ...LEAST, planned_start_at: '2026-03-01T08:00:00+02:00', planned_end_at: '2026-03-01T08:00:00' };
    expect(taskDraft.parse(draft)).toMatchObject({
      planned_start_at: '2026-03-01T06:00:00.000Z',
      planned_end_at: '2026-03-01T08:00:00.000Z',
    });
  });

  it('takes opaque JSON as it comes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (context_data) => {
        fc.pre(!Object.hasOwn(context_data, '__proto__'));
        expect(taskDraft.parse({ ...LEAST, context_data }).context_data).toEqual(context_data);
      }),
    );
  });
});

describe('other bodies', () => {
  it.each([
    [{ tasks: [] }, ['/tasks too_small']],
    [{ tasks: Array(100).fill(LEAST) }, ['/tasks too_big']],
    [{ tasks: Array(99).fill('checked one by one, later') }, []],
    [{}, ['/tasks missing']],
    [[LEAST], [' wrong_type']],
  ])('a batch holds 1 to 99 tasks: case %#', (value, expected) => {
    expect(problemsOf(batchDraft, value)).toEqual(expected);
  });

  it('an attachment takes a note and a size from 0', () => {
    expect(problemsOf(attachmentDraft, { name: 'a', url: 'https://x.example/a', size_bytes: 0, note: 'n' })).toEqual(
      [],
    );
    expect(problemsOf(attachmentDraft, { name: 'a', url: 'https://x.example/a', size_bytes: -1 })).toEqual([
      '/size_bytes too_small',
    ]);
  });

  it('a comment says something', () => {
    expect(problemsOf(commentDraft, { content: '\n' })).toEqual(['/content wrong_format']);
    expect(problemsOf(commentDraft, { content: 'x'.repeat(LIMITS.comment + 1) })).toEqual(['/content too_big']);
  });
});
