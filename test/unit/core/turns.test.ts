import { describe, expect, it } from 'vitest';
import { makeTurns } from '../../../core/turns.ts';

/** Work that ends when it is told to. */
const makeWork = (log: string[], name: string) => {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const work = async (): Promise<string> => {
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
    return name;
  };
  return { work, end };
};

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('are taken one after another, in the order in which they were asked for; other names do not wait', async () => {
    const log: string[] = [];
    const turns = makeTurns();
    const [a, b, c, other] = ['a', 'b', 'c', 'other'].map((name) => makeWork(log, name));
    const answers = [a, b, c].map((one) => turns('tenant', one?.work ?? (() => Promise.resolve(''))));
    const apart = turns('another tenant', other?.work ?? (() => Promise.resolve('')));
    await settle();
    expect(log).toEqual(['a begins', 'other begins']);
    for (const one of [c, b, other]) one?.end();
    await apart;
    a?.end();
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c']);
    expect(log.slice(3)).toEqual(['a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('go on after one that failed, whose error is its own', async () => {
    const turns = makeTurns();
    const failed = turns('tenant', () => Promise.reject(new Error('no table')));
    const next = turns('tenant', () => Promise.resolve('done'));
    await expect(failed).rejects.toThrow('no table');
    expect(await next).toBe('done');
  });
});
