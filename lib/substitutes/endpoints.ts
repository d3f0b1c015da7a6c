interface EndpointParameters {
  readonly Endpoint?: string;
  readonly Region?: string;
  readonly UseFIPS?: boolean;
  readonly UseDualStack?: boolean;
}

/** Of regions whose hosts do not end with `amazonaws.com`. */
const SUFFIXES = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
] as const;

const hostOf = (service: string, { Region: region, UseFIPS, UseDualStack }: EndpointParameters): string => {
  if (region === undefined) throw new Error('AWS_REGION is not set: there is no endpoint.');
  if (UseFIPS === true || UseDualStack === true || region.includes('-iso')) {
    throw new Error(`The bundles know no endpoints of FIPS, dual-stack or isolated regions (${region}).`);
  }
  const [, suffix = 'amazonaws.com'] = SUFFIXES.find(([prefix]) => region.startsWith(prefix)) ?? [];
  return `${service}.${region}.${suffix}`;
};

/**
 * Stands in for the rules by which a client finds its endpoint (14 KB, with the list of all partitions and regions). It
 * knows the regional endpoints of AWS, GovCloud, China and the European Sovereign Cloud, and the one that a client is given.
 */
export const endpointResolverOf = (service: string) => {
  const known = new Map<string, URL>();
  return (parameters: EndpointParameters) => {
    const address = parameters.Endpoint ?? `https://${hostOf(service, parameters)}`;
    const url = known.get(address) ?? new URL(address);
    known.set(address, url);
    return { url, properties: {}, headers: {} };
  };
};
