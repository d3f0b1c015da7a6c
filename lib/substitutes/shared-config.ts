/**
 * Stands in for the settings of the SDK in files of the home directory: a function has none, and would look for them at
 * its first request. The next source is asked, as when the files are not there.
 */
export const fromSharedConfigFiles = () => (): Promise<never> =>
  Promise.reject(Object.assign(new Error('A function has no configuration files.'), { tryNextLink: true }));
