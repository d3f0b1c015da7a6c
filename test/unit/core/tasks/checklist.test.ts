import { describe, expect, it } from 'vitest';
import { isTicked } from '../../../../core/tasks/checklist.ts';

const LIST = ['Batteries', { item: 'Wind', limit: 8, done: false }, { item: 'Airspace', done: 'maybe' }];

describe('a ticked checklist', () => {
  it.each([
    ['as it is', LIST],
    ['a text', [{ item: 'Batteries', done: true }, LIST[1], LIST[2]]],
    ['an object', ['Batteries', { item: 'Wind', limit: 8, done: true }, LIST[2]]],
    [
      'all',
      [
        { item: 'Batteries', done: true },
        { done: true, item: 'Wind', limit: 8 },
        { item: 'Airspace', done: true },
      ],
    ],
  ])('may be %s', (_, after) => {
    expect(isTicked(LIST, after as typeof LIST)).toBe(true);
  });

  it.each([
    ['one entry less', LIST.slice(1)],
    ['one entry more', [...LIST, 'More']],
    ['another order', [LIST[1], LIST[0], LIST[2]]],
    ['another text', ['Batteries charged', LIST[1], LIST[2]]],
    ['another text, ticked', [{ item: 'Batteries charged', done: true }, LIST[1], LIST[2]]],
    ['another member', ['Batteries', { item: 'Wind', limit: 12, done: true }, LIST[2]]],
    ['a member less', ['Batteries', { item: 'Wind', done: true }, LIST[2]]],
    ['a tick that is none', [{ item: 'Batteries', done: 'yes' }, LIST[1], LIST[2]]],
    ['a text in place of an object', ['Batteries', 'Wind', LIST[2]]],
  ])('is not one with %s', (_, after) => {
    expect(isTicked(LIST, after as typeof LIST)).toBe(false);
  });
});
