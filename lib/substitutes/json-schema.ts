/**
 * Stands in for the two files with which zod turns schemas into JSON Schema (18 KB). The API document is made at build
 * time: no function makes one.
 */
const leftOut = (): never => {
  throw new Error('The bundles leave out what turns schemas into JSON Schema.');
};

export const toJSONSchema = leftOut;
export const initializeContext = leftOut;
export const handleUnrepresentable = leftOut;
export const processSchema = leftOut;
export const process = leftOut;
export const extractDefs = leftOut;
export const finalize = leftOut;
export const aggregateChecks = leftOut;
export const allProcessors = {};
/** Called when a schema is made: what it returns is called when it is turned. */
export const createToJSONSchemaMethod = () => leftOut;
export const createStandardJSONSchemaMethod = () => leftOut;
