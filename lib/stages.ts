import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Node } from 'constructs';
import * as z from 'zod';
import { IDENTITY_MODES } from '../adapters/runtime/environment.ts';
import { LIMITS } from '../core/limits.ts';

export const STAGES = ['dev', 'prod'] as const;
export type StageName = (typeof STAGES)[number];

/** What a stage is, wherever it is deployed. */
const NATURE = {
  dev: {
    removalPolicy: RemovalPolicy.DESTROY,
    isProtected: false,
    logRetention: RetentionDays.ONE_WEEK,
    throttle: { rate: 50, burst: 100 },
  },
  prod: {
    removalPolicy: RemovalPolicy.RETAIN,
    isProtected: true,
    logRetention: RetentionDays.SIX_MONTHS,
    throttle: { rate: 500, burst: 1_000 },
  },
} as const satisfies Record<StageName, unknown>;

// The CDK command line passes texts.
const count = z.coerce.number('takes a number').int().positive();
const isSwitchedOn = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const origin = z.string().regex(/^https?:\/\/[^/*\s]+$/, 'takes origins such as https://app.example.com');
const origins = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').filter((one) => one !== '') : value),
  z.array(origin),
);
const text = z.string().min(1);

/** What an account decides for a stage: `stages.<name>` in cdk.json, or `-c name=value`, which wins. */
const settings = z
  .strictObject({
    identity: z.enum(IDENTITY_MODES).default('oidc'),
    oidcIssuer: z.url({ protocol: /^https$/, error: 'takes the https address of an issuer' }).optional(),
    oidcAudience: text.optional(),
    /** The public client as which the board signs people in; without it only programs can use an OIDC stage. */
    oidcClientId: text.optional(),
    oidcTenantClaim: text.optional(),
    oidcPermissionsClaim: text.optional(),
    oidcSubjectClaim: text.optional(),
    /** Only of the built-in identity. */
    passwordMinLength: count.min(LIMITS.passwordMin).max(LIMITS.passwordMax).default(12),
    /** Days for which the audit trail is kept. */
    auditDays: count.max(LIMITS.auditDaysMost).default(LIMITS.auditDays),
    /** Origins whose pages may call the API, separated by commas on the command line. */
    corsOrigins: origins.default([]),
    /** Where clients reach the API when that is neither its own address nor `domainName`: a distribution before it, say. */
    publicUrl: z.url({ protocol: /^https$/, error: 'takes an https address' }).optional(),
    domainName: text.optional(),
    /** Of a certificate in the region of the stack. */
    certificateArn: z.string().startsWith('arn:', 'takes the ARN of a certificate').optional(),
    hostedZoneId: text.optional(),
    hostedZoneName: text.optional(),
    waf: isSwitchedOn.default(false),
    /** Requests of one address within five minutes. */
    wafRateLimit: count.min(10).default(2_000),
    /** Requests a second, and at once, of all callers together. */
    throttleRate: count.optional(),
    throttleBurst: count.optional(),
    /** Bounds of what the table may cost: request units a second, of the table and of each index. */
    maxReadUnits: count.optional(),
    maxWriteUnits: count.optional(),
    tableKey: z.enum(['aws', 'customer']).default('aws'),
    /** Of an instance's time, what one tenant may use for ever. */
    tenantShare: z.coerce.number('takes a number').positive().max(1).default(0.8),
    alarmEmail: z.email('takes an e-mail address').optional(),
    logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
    /** For a template that `sam local` runs and nobody deploys. */
    samLocal: isSwitchedOn.default(false),
  })
  .superRefine((given, context) => {
    const demand = (name: keyof typeof given, reason: string): void => {
      if (given[name] === undefined) context.addIssue({ code: 'custom', path: [name], message: reason });
    };
    if (given.identity === 'oidc') {
      const reason = 'is needed by identity "oidc"; give it, or choose the built-in identity with -c identity=builtin';
      demand('oidcIssuer', reason);
      demand('oidcAudience', reason);
    }
    if (given.domainName !== undefined) demand('certificateArn', 'is needed by domainName');
    if (given.hostedZoneId !== undefined) {
      demand('hostedZoneName', 'is needed by hostedZoneId');
      demand('domainName', 'is needed by hostedZoneId');
    }
  });

type Settings = z.infer<typeof settings>;

export interface Stage extends Omit<Settings, 'throttleRate' | 'throttleBurst'> {
  readonly name: StageName;
  /** Begins every name that must be unique in an account. */
  readonly prefix: string;
  readonly removalPolicy: RemovalPolicy;
  /** Deleting the stack or the table takes a step of its own. */
  readonly isProtected: boolean;
  readonly logRetention: RetentionDays;
  readonly throttle: { readonly rate: number; readonly burst: number };
}

const stagesSchema = z.strictObject({
  dev: z.record(z.string(), z.unknown()).optional(),
  prod: z.record(z.string(), z.unknown()).optional(),
});
const choice = z.enum([...STAGES, 'all']).default('dev');

const parse = <T>(schema: z.ZodType<T>, value: unknown, of: string): T => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const sentences = result.error.issues.map(({ path, message }) => [...path, message].join(' '));
  throw new Error(`The context of ${of} is wrong: ${sentences.join('; ')}.`);
};

/** The stages that the context asks for: `-c stage=dev` (the default), `prod` or `all`. Throws, naming what is wrong. */
export const readStages = (node: Node): readonly Stage[] => {
  const chosen = parse(choice, node.tryGetContext('stage'), 'the app: stage');
  const files = parse(stagesSchema, node.tryGetContext('stages') ?? {}, 'the app: stages');
  const overrides = Object.fromEntries(
    Object.keys(settings.shape)
      .map((name) => [name, node.tryGetContext(name) as unknown] as const)
      .filter(([, value]) => value !== undefined),
  );
  return STAGES.filter((name) => chosen === 'all' || chosen === name).map((name) => {
    const { throttleRate, throttleBurst, ...given } = parse(
      settings,
      { ...files[name], ...overrides },
      `stage ${name}`,
    );
    const nature = NATURE[name];
    return {
      ...given,
      ...nature,
      name,
      prefix: `task-center-${name}`,
      throttle: { rate: throttleRate ?? nature.throttle.rate, burst: throttleBurst ?? nature.throttle.burst },
    };
  });
};
