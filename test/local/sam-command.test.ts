import { describe, expect, it } from 'vitest';
import { samCommand } from '../../local/sam/start-command.ts';

const asked = { template: 't.json', out: 'env.json', network: 'task-center' };

describe('the command for "sam local"', () => {
  it('names template, environment and network', () => {
    expect(samCommand({ ...asked, fromContainer: 'http://dynamodb:8000' })).toBe(
      [
        'sam local start-api',
        '--template t.json',
        '--env-vars env.json',
        '--docker-network task-center',
        '--warm-containers LAZY',
      ].join(' \\\n  '),
    );
  });

  it('tells containers of a database on the host what the host is', () => {
    expect(samCommand({ ...asked, fromContainer: 'http://host.docker.internal:8000' })).toContain(
      ' \\\n  --add-host host.docker.internal:host-gateway \\\n  --warm-containers LAZY',
    );
  });
});
