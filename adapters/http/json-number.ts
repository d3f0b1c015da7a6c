/** Every decimal of so many significant digits comes back from a double as it went in… */
const SAFE_DIGITS = 15;
/** …when its exponent is no larger, so that it neither overflows nor loses bits near zero. */
const SAFE_EXPONENT = 290;

const ZERO = 0x30;

/**
 * Whether the number that stands in `text` from `start` to `end` comes back with the same value: as a decimal it equals
 * the shortest one that tells its double from the neighbours, which is what JSON writes. `1.0` and `1e2` do, though they
 * come back as `1` and `100`.
 *
 * A body may hold a million numbers, so the common ones are told by one look at their characters.
 */
export const isKeptExactly = (text: string, start: number, end: number): boolean => {
  let first = end;
  let last = -1;
  let exponent = 0;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (isExponent(code)) {
      exponent = exponentFrom(text, at + 1, end);
      break;
    }
    if (code <= ZERO || code > 0x39) continue;
    if (first === end) first = at;
    last = at;
  }
  // Zero, whatever its exponent.
  if (last === -1) return true;
  // A point in between counts as a digit, which is on the safe side; it moves by no more places than there are characters.
  if (last - first < SAFE_DIGITS && exponent + (end - start) <= SAFE_EXPONENT) return true;
  const written = text.slice(start, end);
  const kept = String(Number(written));
  return kept === written || normal(kept) === normal(written);
};

const isExponent = (code: number): boolean => code === 0x65 || code === 0x45;

/** The size of an exponent, its sign left out. */
const exponentFrom = (text: string, start: number, end: number): number => {
  let size = 0;
  for (let at = start; at < end && size <= SAFE_EXPONENT; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= 0x39) size = size * 10 + (code - ZERO);
  }
  return size;
};

const NUMBER = /^(?<sign>-?)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?:[eE](?<power>[+-]?\d+))?$/;

/** One spelling for each value: its digits without zeros at either end, and the power of ten behind the last one. */
const normal = (number: string): string => {
  const { sign = '', whole = '', fraction = '', power = '0' } = NUMBER.exec(number)?.groups ?? {};
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = withoutZerosBehind(digits);
  const zeros = digits.length - significant.length;
  return `${sign}${significant}e${Number(power) - fraction.length + zeros}`;
};

/** By hand: a regular expression for the end of a text looks at every run of zeros in it. */
const withoutZerosBehind = (digits: string): string => {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  return digits.slice(0, end);
};
