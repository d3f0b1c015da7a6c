import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const GUARD = 'core/calendar/guard.ts';
const LEDGER = 'adapters/dynamodb/ledger.ts';
const KEYS = 'adapters/dynamodb/keys.ts';

const sources = (folder: string): readonly string[] =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.posix.join(folder, file));

/** Calls of `….commit(call, changes, answer, bookings)`: only those with a fourth argument can move a window. */
const bookingCommits = (text: string): number => {
  let count = 0;
  const visit = (node: ts.Node): void => {
    const isCommit =
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'commit';
    if (isCommit && node.arguments.length > 3) count += 1;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest));
  return count;
};

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

describe('windows move through the guard only', () => {
  it('no other file commits bookings', () => {
    const files = [...sources('core'), ...sources('functions'), ...sources('adapters')];
    expect(files.filter((file) => bookingCommits(read(file)) > 0)).toEqual([GUARD]);
  });

  it('no other file of the adapters writes under the keys of holdings than the ledger', () => {
    const holdings = /\b(windowKey|openAssignmentKey)\b/;
    const writes = /\b(Put|Update|Delete|PutCommand|UpdateCommand|DeleteCommand|BatchWriteCommand)\b/;
    const writers = sources('adapters')
      .filter((file) => file !== KEYS)
      .filter((file) => holdings.test(read(file)) && writes.test(read(file)));
    expect(writers).toEqual([LEDGER]);
  });

  it('would notice a commit of bookings elsewhere', () => {
    expect(bookingCommits('await ports.ledger.commit(call, changes, answer, { release });')).toBe(1);
    expect(bookingCommits('await ledger.commit(call, changes, answer);')).toBe(0);
  });
});
