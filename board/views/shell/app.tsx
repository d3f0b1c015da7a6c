import type { TargetedMouseEvent } from 'preact';
import { may, session, signOut } from '../../api/session.ts';
import { SignIn } from '../sign-in/sign-in.tsx';
import { Announcer } from './announcer.tsx';
import { PAGES } from './pages.tsx';
import { addressOf, goTo, page } from './routing.ts';

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
  if (who === undefined) return <SignIn />;
  const shown = PAGES.find(({ name }) => name === page.value);
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
