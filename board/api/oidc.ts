import * as oauth from 'oauth4webapi';
import { begin, ROOT } from './session.ts';

/** A public client of the issuer: authorization code with PKCE (RFC 7636), no secret. */
export interface OidcClient {
  readonly issuer: string;
  readonly client_id: string;
  readonly audience: string;
}

interface Leaving {
  readonly verifier: string;
  readonly state: string;
  readonly page: string;
}

const KEY = 'task-center.leaving';
const REDIRECT = new URL('board', ROOT).href;

/** Only what does not leave the machine may go without TLS: an issuer that somebody runs to develop with. */
const optionsFor = ({ issuer }: OidcClient) => ({
  // Deprecated so that it stands out, not because there is another way.
  // oxlint-disable-next-line typescript/no-deprecated
  [oauth.allowInsecureRequests]: ['127.0.0.1', 'localhost'].includes(new URL(issuer).hostname),
});

const serverOf = async (client: OidcClient): Promise<oauth.AuthorizationServer> => {
  const url = new URL(client.issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, optionsFor(client)));
};

/** Goes to the issuer; it sends back to the board. */
export const leaveForIssuer = async (client: OidcClient): Promise<void> => {
  const { authorization_endpoint } = await serverOf(client);
  if (authorization_endpoint === undefined) throw new Error(`${client.issuer} has no authorization endpoint`);
  const leaving: Leaving = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    page: location.pathname,
  };
  sessionStorage.setItem(KEY, JSON.stringify(leaving));
  const url = new URL(authorization_endpoint);
  const wanted = {
    client_id: client.client_id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid profile',
    audience: client.audience,
    code_challenge: await oauth.calculatePKCECodeChallenge(leaving.verifier),
    code_challenge_method: 'S256',
    state: leaving.state,
  };
  for (const [name, value] of Object.entries(wanted)) url.searchParams.set(name, value);
  location.assign(url);
};

/** Whether the issuer has just sent somebody back. */
export const isReturn = (): boolean =>
  sessionStorage.getItem(KEY) !== null && new URL(location.href).searchParams.has('state');

/** Makes a token of the code that the issuer sent. Throws when issuer and state are not those that were left for. */
export const returnFromIssuer = async (client: OidcClient): Promise<void> => {
  const leaving = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Leaving;
  sessionStorage.removeItem(KEY);
  const here = new URL(location.href);
  // The code is worth nothing twice, and has no business in the history.
  history.replaceState(undefined, '', leaving.page);
  // Nothing else says that the page is another one now.
  dispatchEvent(new PopStateEvent('popstate'));
  const server = await serverOf(client);
  const self: oauth.Client = { client_id: client.client_id };
  const params = oauth.validateAuthResponse(server, self, here, leaving.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    self,
    oauth.None(),
    params,
    REDIRECT,
    leaving.verifier,
    optionsFor(client),
  );
  const result = await oauth.processAuthorizationCodeResponse(server, self, response);
  const name = oauth.getValidatedIdTokenClaims(result)?.['preferred_username'];
  begin(result.access_token, typeof name === 'string' ? name : undefined);
};
