interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: there are no credentials.`);
  return value;
};

/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles: Lambda puts a function's credentials into its
 * environment, so the ways over profiles, SSO, web identities and instance metadata (130 KB) are never taken.
 */
export const defaultProvider = (): (() => Promise<Credentials>) => async () => {
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  return {
    accessKeyId: required('AWS_ACCESS_KEY_ID'),
    secretAccessKey: required('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
};
