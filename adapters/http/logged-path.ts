/** Longer than any id of the service, shorter than a secret of 256 bits, whole or cut off by a few letters. */
const SECRET = /[\w-]{40,}/g;

/** A path as logs show it: without what may be the token of a calendar feed, whatever the rest of it leads to. */
export const loggedPath = (path: string): string => path.replace(SECRET, '***');
