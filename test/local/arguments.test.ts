import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseArguments } from '../../local/arguments.ts';

const said: string[] = [];

beforeEach(() => {
  said.length = 0;
  const keep = (text: unknown): boolean => said.push(String(text)) > 0;
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the command line', () => {
  it('has defaults: port 3000 of this machine only, data kept in the project', () => {
    const settings = parseArguments([], {});
    expect(settings).toMatchObject({ port: 3000, host: '127.0.0.1', inMemory: false });
    expect(settings.dataDirectory).toMatch(/\/\.data$/);
  });

  it('reads every option', () => {
    expect(parseArguments(['--port', '8080', '--host', '0.0.0.0', '--data', '/d'], {})).toEqual({
      port: 8080,
      host: '0.0.0.0',
      inMemory: false,
      dataDirectory: '/d',
    });
    expect(parseArguments(['--in-memory', '--port=0'], {})).toEqual({ port: 0, host: '127.0.0.1', inMemory: true });
    expect(parseArguments(['--in-memory', '--sample'], {})).toMatchObject({ inMemory: true, sample: true });
  });

  it.each([
    [['--port', 'x'], 'A port is a whole number'],
    [['--port', '65536'], 'A port is a whole number'],
    [['--port', '-1'], 'A port is a whole number'],
    [['--port', '80.5'], 'A port is a whole number'],
    [['--port'], 'argument missing'],
    [['--host', ''], 'It is empty'],
    [['--inmemory'], 'unknown option'],
    [['serve'], 'too many arguments'],
  ])('refuses %j in words', (words, sentence) => {
    expect(() => parseArguments(words, {})).toThrow(expect.objectContaining({ exitCode: 1 }));
    expect(said.join('')).toContain(sentence);
  });

  it('explains itself', () => {
    expect(() => parseArguments(['--help'], {})).toThrow(expect.objectContaining({ exitCode: 0 }));
    expect(said.join('')).toContain('--in-memory');
  });

  it('refuses options that contradict each other', () => {
    expect(() => parseArguments(['--in-memory', '--data', 'x'], {})).toThrow('either --in-memory or --data');
  });

  it('knows that a database that runs already keeps its own data', () => {
    const environment = { DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' };
    expect(parseArguments([], environment)).toEqual({ port: 3000, host: '127.0.0.1', inMemory: false });
    expect(() => parseArguments(['--in-memory'], environment)).toThrow('DYNAMODB_ENDPOINT names the database');
    expect(() => parseArguments(['--data', 'x'], environment)).toThrow('DYNAMODB_ENDPOINT names the database');
  });
});
