import * as z from 'zod';
import { LIMITS } from '../../core/limits.ts';

/** The environment names of the functions, once: the CDK constructs set them, the composition root reads them. */
export const ENV = {
  tableName: 'TABLE_NAME',
  /** Only where the table is not AWS's: the local database. */
  dynamodbEndpoint: 'DYNAMODB_ENDPOINT',
  stage: 'STAGE',
  logLevel: 'LOG_LEVEL',
  /** `text` for a terminal, else JSON. */
  logFormat: 'LOG_FORMAT',
  identityMode: 'IDENTITY_MODE',
  passwordMinLength: 'PASSWORD_MIN_LENGTH',
  /** Identifiers of secrets in Secrets Manager; never their values. */
  signingSecretId: 'SIGNING_SECRET_ID',
  bootstrapSecretId: 'BOOTSTRAP_SECRET_ID',
  cursorSecretId: 'CURSOR_SECRET_ID',
  /** Only in local runs: a JSON object with the values of the secrets. */
  localSecrets: 'LOCAL_SECRETS',
  oidcIssuer: 'OIDC_ISSUER',
  oidcAudience: 'OIDC_AUDIENCE',
  /** The public client as which the board signs people in. */
  oidcClientId: 'OIDC_CLIENT_ID',
  oidcTenantClaim: 'OIDC_TENANT_CLAIM',
  oidcPermissionsClaim: 'OIDC_PERMISSIONS_CLAIM',
  oidcSubjectClaim: 'OIDC_SUBJECT_CLAIM',
  eventBusName: 'EVENT_BUS_NAME',
  /** Days for which the audit trail is kept. */
  auditDays: 'AUDIT_DAYS',
  /** Of an instance's time, what one tenant may use for ever: 0 to 1, where 1 is no bound. */
  tenantShare: 'TENANT_SHARE',
  /** Origins whose pages may call the API, separated by commas. */
  corsOrigins: 'CORS_ORIGINS',
  /** The address of the service, where it is reached by another than the gateway knows: links begin with it. */
  publicUrl: 'PUBLIC_URL',
  /** Where the built files of the board are, if not beside the bundle of their function. */
  boardFolder: 'BOARD_FOLDER',
} as const;

export const IDENTITY_MODES = ['builtin', 'oidc'] as const;

/** The stage of a run that is not deployed. */
export const LOCAL_STAGE = 'local';

const environment = z.object({
  [ENV.tableName]: z.string().min(1),
  [ENV.dynamodbEndpoint]: z.url().optional(),
  [ENV.stage]: z.string().default(LOCAL_STAGE),
  [ENV.logLevel]: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT']).default('INFO'),
  [ENV.logFormat]: z.enum(['json', 'text']).default('json'),
  [ENV.identityMode]: z.enum(IDENTITY_MODES).default('oidc'),
  [ENV.passwordMinLength]: z.coerce.number().int().min(6).max(128).default(6),
  [ENV.signingSecretId]: z.string().optional(),
  [ENV.bootstrapSecretId]: z.string().optional(),
  [ENV.cursorSecretId]: z.string().optional(),
  [ENV.localSecrets]: z.string().optional(),
  [ENV.oidcIssuer]: z.string().optional(),
  [ENV.oidcAudience]: z.string().optional(),
  [ENV.oidcClientId]: z.string().optional(),
  [ENV.oidcTenantClaim]: z.string().default('tenant_id'),
  [ENV.oidcPermissionsClaim]: z.string().default('permissions'),
  [ENV.oidcSubjectClaim]: z.string().default('sub'),
  [ENV.eventBusName]: z.string().optional(),
  [ENV.auditDays]: z.coerce.number().int().min(1).max(LIMITS.auditDaysMost).default(LIMITS.auditDays),
  [ENV.tenantShare]: z.coerce.number().positive().max(1).default(1),
  [ENV.corsOrigins]: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((origin) => origin !== '')),
  [ENV.publicUrl]: z.url({ protocol: /^https?$/ }).optional(),
  [ENV.boardFolder]: z.string().optional(),
});

export type Environment = z.infer<typeof environment>;

/** Reads and checks the environment, where an empty variable is none; throws an error that names every bad one. */
export const readEnvironment = (variables: Readonly<Record<string, string | undefined>>): Environment => {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const result = environment.safeParse(given);
  if (!result.success) throw new Error(`Bad environment: ${z.prettifyError(result.error)}`);
  return result.data;
};
