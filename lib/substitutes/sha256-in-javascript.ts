/** Stands in for a SHA-256 in JavaScript, for where Node was built without OpenSSL: Lambda's was not. */
export function Sha256Js(): never {
  throw new Error('The bundles leave out the SHA-256 in JavaScript.');
}
