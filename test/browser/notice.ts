import { browserPath, NO_BROWSER } from './chromium.ts';

/** Where there is no browser a run says so, in one line. */
const setup = (): void => {
  if (browserPath === undefined) process.stderr.write(`${NO_BROWSER}\n`);
};

export default setup;
