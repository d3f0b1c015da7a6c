/** Stands in for asking the instance for its region: Lambda says it in the environment. */
export const getInstanceMetadataRegion = (): Promise<undefined> => Promise.resolve(undefined);
