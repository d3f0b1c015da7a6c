/** Stands in for the list of all partitions and regions: `endpoints.ts` does without it. */
export const partitionsInfo = { partitions: [] };
