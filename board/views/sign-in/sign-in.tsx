import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect } from 'preact/hooks';
import { problemOf } from '../../api/refusal.ts';
import { client, farewell, rememberedTenant, signIn } from '../../api/session.ts';
import { isReturn, leaveForIssuer, returnFromIssuer } from '../../api/oidc.ts';

type Settings = Awaited<ReturnType<typeof readSettings>>;
const readSettings = () => client.get('/board/settings.json', {});

const text = (data: FormData, name: string): string => {
  const value = data.get(name);
  return typeof value === 'string' ? value : '';
};

/** With the built-in identity a form; with OIDC a button that leads to the issuer. */
export const SignIn = () => {
  const settings = useSignal<Settings | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    isBusy.value = true;
    problem.value = undefined;
    try {
      await work();
    } catch (error) {
      problem.value = problemOf(error).detail;
    } finally {
      isBusy.value = false;
    }
  };

  useEffect(() => {
    void attempt(async () => {
      settings.value = await readSettings();
      const { oidc } = settings.value;
      if (oidc !== null && isReturn()) await returnFromIssuer(oidc);
    });
  }, []);

  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    void attempt(() => signIn(text(data, 'tenant').trim(), text(data, 'username').trim(), text(data, 'password')));
  };

  const { identity, oidc } = settings.value ?? {};
  const tenant = rememberedTenant();
  return (
    <main class="sign-in">
      <h1>Task Center</h1>
      {farewell.value === undefined ? null : <p class="note">{farewell.value}</p>}
      {identity === 'oidc' && oidc === null ? (
        <p class="note">Nobody can sign in here: this stage has no client for the board (oidcClientId).</p>
      ) : null}
      {identity === 'oidc' && oidc !== null && oidc !== undefined ? (
        <button
          type="button"
          class="button strong"
          disabled={isBusy.value}
          onClick={() => void attempt(() => leaveForIssuer(oidc))}
        >
          Sign in with {new URL(oidc.issuer).hostname}
        </button>
      ) : null}
      {identity === 'builtin' ? (
        <form class="form" onSubmit={onSubmit}>
          <label>
            Tenant
            <input name="tenant" required defaultValue={tenant} autoComplete="organization" spellcheck={false} />
          </label>
          <label>
            Name
            <input name="username" required autoComplete="username" spellcheck={false} />
          </label>
          <label>
            Password
            <input name="password" type="password" required autoComplete="current-password" />
          </label>
          <button type="submit" class="button strong" disabled={isBusy.value}>
            {isBusy.value ? 'Signing in …' : 'Sign in'}
          </button>
        </form>
      ) : null}
      <p class="problem" role="alert">
        {problem.value}
      </p>
    </main>
  );
};
