import type { TargetedMouseEvent } from 'preact';
import { useEffect } from 'preact/hooks';
import { may, session, signOut } from '../../api/session.ts';
import { SignIn } from '../sign-in/sign-in.tsx';
import { Announcer } from './announcer.tsx';
import { PAGES } from './pages.tsx';
import { addressOf, goTo, page, replaceWith } from './routing.ts';

const onLink = (name: string) => (event: TargetedMouseEvent<HTMLAnchorElement>) => {
  // A click with a modifier opens a tab, as everywhere.
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  goTo(name);
};

const Nav = () => (
  <nav class="nav" aria-label="Pages">
    {PAGES.filter(({ permissions }) => permissions.some(may)).map(({ name, title }) => (
      <a
        key={name}
        href={addressOf(name)}
        onClick={onLink(name)}
        aria-current={page.value === name ? 'page' : undefined}
      >
        {title}
      </a>
    ))}
  </nav>
);

/** The frame of every page, or the sign-in. */
export const App = () => {
  const who = session.value;
  const { value: name } = page;
  // Who may not see the board is led to the first page that is theirs.
  const home = PAGES.find(({ permissions }) => permissions.some(may))?.name ?? '';
  useEffect(() => {
    if (who !== undefined && name === '' && home !== '') replaceWith(home);
  }, [who, name, home]);
  if (who === undefined) return <SignIn />;
  const shown = PAGES.find((one) => one.name === (name === '' ? home : name));
  return (
    <div class="app">
      <header class="top">
        <span class="brand">Task Center</span>
        <Nav />
        <span class="who">
          <span class="quiet who-name">{who.username}</span>
          <button type="button" class="button plain" onClick={() => signOut()}>
            Sign out
          </button>
        </span>
      </header>
      {shown === undefined ? (
        <main class="empty">
          <h1>There is no such page</h1>
          <p>
            <a href={addressOf('')} onClick={onLink('')}>
              To the board
            </a>
          </p>
        </main>
      ) : (
        <shown.view />
      )}
      <Announcer />
    </div>
  );
};
