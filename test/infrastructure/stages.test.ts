import { App } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { readStages } from '../../lib/stages.ts';
import { newFolder, removeFolders } from './templates.ts';

// An app makes its folder when it is made.
const outdir = newFolder();
afterAll(removeFolders);

const read = (context: Readonly<Record<string, unknown>>) => readStages(new App({ outdir, context }).node);
const oidc = { oidcIssuer: 'https://login.example.org', oidcAudience: 'tasks' };

describe('the stages', () => {
  it('are dev, prod, or all of them; dev when nothing is said', () => {
    const names = (stage?: string) =>
      read({ ...oidc, ...(stage === undefined ? {} : { stage }) }).map(({ name }) => name);
    expect(names()).toEqual(['dev']);
    expect(names('prod')).toEqual(['prod']);
    expect(names('all')).toEqual(['dev', 'prod']);
  });

  it('take tokens of an OIDC issuer when nothing is said', () => {
    expect(read(oidc)).toMatchObject([{ identity: 'oidc', ...oidc }]);
  });

  it('take what cdk.json says for each, and what the command line says instead', () => {
    const stages = { dev: { ...oidc, logLevel: 'DEBUG' }, prod: oidc };
    expect(read({ stage: 'all', stages })).toMatchObject([{ logLevel: 'DEBUG' }, { logLevel: 'INFO' }]);
    expect(read({ stage: 'all', stages, logLevel: 'WARN' })).toMatchObject([
      { logLevel: 'WARN' },
      { logLevel: 'WARN' },
    ]);
  });

  it('read the texts of the command line as numbers, switches and lists', () => {
    const [stage] = read({
      ...oidc,
      waf: 'false',
      throttleRate: '7',
      corsOrigins: 'https://a.example,https://b.example',
    });
    expect(stage).toMatchObject({
      waf: false,
      throttle: { rate: 7, burst: 100 },
      corsOrigins: ['https://a.example', 'https://b.example'],
    });
  });

  it.each([
    [{ stage: 'test' }, /stage/],
    [{}, /stage dev is wrong: oidcIssuer is needed by identity "oidc".*-c identity=builtin; oidcAudience/],
    [{ ...oidc, oidcIssuer: 'http://login.example.org' }, /oidcIssuer takes the https address/],
    [{ ...oidc, identity: 'none' }, /identity/],
    [{ ...oidc, throttleRate: 'fast' }, /throttleRate takes a number/],
    [{ ...oidc, waf: 'yes' }, /waf/],
    [{ ...oidc, corsOrigins: '*' }, /corsOrigins 0 takes origins such as/],
    [{ ...oidc, corsOrigins: 'https://app.example.com/' }, /corsOrigins 0 takes origins such as/],
    [{ ...oidc, domainName: 'tasks.example.org' }, /certificateArn is needed by domainName/],
    [{ ...oidc, hostedZoneId: 'Z1' }, /hostedZoneName is needed by hostedZoneId; domainName is needed by/],
    [{ ...oidc, alarmEmail: 'me' }, /alarmEmail takes an e-mail address/],
    [{ ...oidc, passwordMinLength: '5' }, /passwordMinLength/],
    [{ ...oidc, publicUrl: 'http://example.org' }, /publicUrl takes an https address/],
    [{ ...oidc, auditDays: '0' }, /auditDays/],
    [{ ...oidc, tenantShare: '0' }, /tenantShare/],
    [{ ...oidc, tenantShare: '1.1' }, /tenantShare/],
    [{ stages: { dev: { ...oidc, logLevl: 'DEBUG' } } }, /logLevl/],
    [{ stages: { staging: {} } }, /staging/],
  ])('refuse %j in a sentence', (context, sentence) => {
    expect(() => read(context)).toThrow(sentence);
  });
});
