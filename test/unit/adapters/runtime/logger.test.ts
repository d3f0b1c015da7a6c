import { describe, expect, it, vi } from 'vitest';
import { ENV, readEnvironment } from '../../../../adapters/runtime/environment.ts';
import { makeLog } from '../../../../adapters/runtime/logger.ts';

const logOf = (level: string) =>
  makeLog(readEnvironment({ [ENV.tableName]: 'tasks', [ENV.stage]: 'dev', [ENV.logLevel]: level }));

/** What is written to standard output meanwhile, line by line. */
const written = (work: () => void): readonly Record<string, unknown>[] => {
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  work();
  write.mockRestore();
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('the log of a function', () => {
  it('is a JSON object a line, with level, time, service, stage and trace', () => {
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1');
    const [line] = written(() => logOf('INFO').info('200 GET /healthz', { request_id: 'r', duration_ms: 1.5 }));
    expect(line).toEqual({
      level: 'INFO',
      message: '200 GET /healthz',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      service: 'task-center',
      stage: 'dev',
      xray_trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      request_id: 'r',
      duration_ms: 1.5,
    });
  });

  it('has the stack of an error, and of its cause', () => {
    const cause = new TypeError('below');
    const [line] = written(() => logOf('INFO').error('500', { error: new Error('above', { cause }) }));
    expect(line?.['error']).toMatchObject({
      name: 'Error',
      message: 'above',
      stack: expect.stringContaining('logger.test') as string,
      cause: { name: 'TypeError', message: 'below' },
    });
  });

  it('says nothing below its level', () => {
    const levelsAt = (level: string) =>
      written(() => {
        const log = logOf(level);
        log.info('i', {});
        log.warn('w', {});
        log.error('e', {});
      }).map((line) => line['level']);
    expect(levelsAt('DEBUG')).toEqual(['INFO', 'WARN', 'ERROR']);
    expect(levelsAt('WARN')).toEqual(['WARN', 'ERROR']);
    expect(levelsAt('ERROR')).toEqual(['ERROR']);
    expect(levelsAt('SILENT')).toEqual([]);
  });
});
