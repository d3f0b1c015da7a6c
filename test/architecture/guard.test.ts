import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const GUARD = 'core/calendar/guard.ts';
const BOOKINGS = 'adapters/dynamodb/bookings.ts';
const DEFINED = 'core/calendar/bookings.ts';
const KEYS = 'adapters/dynamodb/keys.ts';

const sources = (folder: string): readonly string[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.posix.join(folder, file));

/** The calls in a source that are as asked, each with those around it. */
const callsIn = (
  text: string,
  isAsked: (call: ts.CallExpression, around: readonly ts.CallExpression[]) => boolean,
): number => {
  let count = 0;
  const visit = (node: ts.Node, around: readonly ts.CallExpression[]): void => {
    if (ts.isCallExpression(node) && isAsked(node, around)) count += 1;
    const inside = ts.isCallExpression(node) ? [...around, node] : around;
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest), []);
  return count;
};

const nameOf = ({ expression: called }: ts.CallExpression): string | undefined => {
  if (ts.isIdentifier(called)) return called.text;
  return ts.isPropertyAccessExpression(called) ? called.name.text : undefined;
};

/** Calls of `commit(call, changes, answer, bookings)`: only those with a fourth argument can move a window. */
const bookingCommits = (text: string): number =>
  callsIn(text, (call) => nameOf(call) === 'commit' && call.arguments.length > 3);

/** Commits with bookings that are made for anything but a guard. */
const unguarded = (text: string): number =>
  callsIn(
    text,
    (call, around) => nameOf(call) === 'makeBookingCommit' && !around.some((outer) => nameOf(outer) === 'makeGuard'),
  );

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

describe('windows move through the guard only', () => {
  it('no other file commits bookings', () => {
    const files = [...sources('core'), ...sources('functions'), ...sources('adapters')];
    expect(files.filter((file) => bookingCommits(read(file)) > 0)).toEqual([GUARD]);
  });

  it('no other file asks for a commit that takes bookings', () => {
    const files = [...sources('core'), ...sources('functions'), ...sources('adapters')];
    const asking = files.filter((file) => /\bBookingCommit\b/.test(read(file)));
    expect(new Set(asking)).toEqual(new Set([GUARD, DEFINED, BOOKINGS]));
  });

  it('only a guard is given one', () => {
    const files = [...sources('adapters'), ...sources('functions')];
    expect(files.filter((file) => unguarded(read(file)) > 0)).toEqual([]);
  });

  it('no other file of the adapters writes under the keys of holdings than that of the bookings', () => {
    const holdings = /\b(windowKey|openAssignmentKey)\b/;
    const writes =
      /\b(put|putOver|putAtVersion|update|add|remove|action|Put|Update|Delete|PutCommand|UpdateCommand|DeleteCommand|BatchWriteCommand)\b\(?/;
    const writers = sources('adapters')
      .filter((file) => file !== KEYS)
      .filter((file) => holdings.test(read(file)) && writes.test(read(file)));
    expect(writers).toEqual([BOOKINGS]);
  });

  it('would notice a commit of bookings elsewhere', () => {
    expect(bookingCommits('await ports.commit(call, changes, answer, { release });')).toBe(1);
    expect(bookingCommits('await commit(call, changes, answer, { release });')).toBe(1);
    expect(bookingCommits('await commit(call, changes, answer);')).toBe(0);
    expect(unguarded('export const commit = makeBookingCommit(ports, writes);')).toBe(1);
    expect(unguarded('makeGuard({ calendars, commit: makeBookingCommit(ports, writes) });')).toBe(0);
  });
});
