import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The machine's own browser; undefined where there is none. */
export const browserPath: string | undefined = [process.env['CHROMIUM'], ...PLACES].find(
  (place) => place !== undefined && existsSync(place),
);

/** Why nothing here was run, where nothing was. */
export const NO_BROWSER =
  'The browser tests did not run: there is no Chromium on this machine (apt-get install chromium, or set CHROMIUM).';

export const launch = (): Promise<Browser> => {
  if (browserPath === undefined) throw new Error(NO_BROWSER);
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: browserPath, args: isRoot ? ['--no-sandbox'] : [] });
};
