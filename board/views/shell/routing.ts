import { signal } from '@preact/signals';
import { ROOT } from '../../api/session.ts';

const HOME = new URL('board', ROOT).pathname;

const pageAt = (path: string): string => (path.startsWith(`${HOME}/`) ? path.slice(HOME.length + 1) : '');

/** The page that is shown: what follows `/board/` in the address, `''` for the board itself. */
export const page = signal(pageAt(location.pathname));

window.addEventListener('popstate', () => {
  page.value = pageAt(location.pathname);
});

export const addressOf = (name: string): string => (name === '' ? HOME : `${HOME}/${name}`);

/** Another page in the place of this one: nobody wants to go back to what was never shown. */
export const replaceWith = (name: string): void => {
  history.replaceState(undefined, '', addressOf(name));
  page.value = name;
};

export const goTo = (name: string): void => {
  if (name === page.value) return;
  history.pushState(undefined, '', addressOf(name));
  page.value = name;
};
