/** Stands in for the retry mode `adaptive`: the clients say `standard`, and each function talks to the table alone. */
export function AdaptiveRetryStrategy(): never {
  throw new Error('The bundles leave out the retry mode "adaptive".');
}
