import { LIMITS } from '../../core/limits.ts';
import { isKeptExactly } from './json-number.ts';

/** Something in a JSON text that its parsed value would not show, or that must be known before it is parsed. */
export interface Flaw {
  readonly code: 'duplicate_member' | 'number_not_exact' | 'too_deep' | 'too_many_parts' | 'wrong_format';
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** An array or an object that is open where the scan stands. */
interface Level {
  readonly isObject: boolean;
  /** Of an array, the index of the element at hand. */
  index: number;
  /** Of an object: the member at hand, whether a name comes next, and the names so far. */
  name: string;
  awaitsName: boolean;
  names: Set<string> | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const U = 0x75;

/** The index after the text that begins at `start`, and what is in it. */
interface Text {
  readonly end: number;
  readonly isEscaped: boolean;
  /** Escapes can spell half a character (`\ud800`), which UTF-8 cannot. */
  readonly isWellFormed: boolean;
}

/**
 * Looks through a JSON text once, before it is parsed: a member given twice, a number that no double holds as written,
 * half a character, too much depth, too many parts. It builds nothing, so that a body costs little until it has passed.
 *
 * It trusts the grammar: what is not JSON is for the parser to refuse, and whatever is said of it here does not matter.
 * At most `LIMITS.problemsListed` flaws and one more are looked for; after one of depth or of parts nothing else is.
 */
export const flawsOf = (text: string): readonly Flaw[] => {
  const flaws: Flaw[] = [];
  const levels: Level[] = [];
  let parts = 0;
  let at = 0;

  const refuse = (code: Flaw['code'], message: string): void => {
    flaws.push({ code, message, path: levels.map(({ isObject, name, index }) => (isObject ? name : index)) });
  };

  const meetName = (level: Level, raw: string, isEscaped: boolean): void => {
    level.awaitsName = false;
    level.name = isEscaped ? unescaped(raw) : raw;
    level.names ??= new Set();
    if (level.names.has(level.name)) refuse('duplicate_member', 'This member is given twice.');
    level.names.add(level.name);
  };

  let level: Level | undefined;
  while (at < text.length && flaws.length <= LIMITS.problemsListed) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const { end, isEscaped, isWellFormed } = textFrom(text, at);
      parts += 1;
      if (level?.awaitsName === true) meetName(level, text.slice(at + 1, end - 1), isEscaped);
      if (!isWellFormed) refuse('wrong_format', 'The text is not well-formed Unicode.');
      at = end;
    } else if (code === COMMA) {
      if (level !== undefined) {
        level.index += 1;
        level.awaitsName = level.isObject;
      }
      at += 1;
    } else if (code === MINUS || isDigit(code)) {
      const end = numberEnd(text, at);
      if (end - at > 1 && !isKeptExactly(text, at, end)) {
        refuse('number_not_exact', 'This number cannot be kept as it is written: give fewer digits, or a text.');
      }
      at = end;
    } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      parts += 1;
      if (levels.length >= LIMITS.jsonDepth) {
        refuse('too_deep', `The body may be nested ${LIMITS.jsonDepth} levels deep.`);
        return flaws;
      }
      const isObject = code === OPEN_OBJECT;
      level = { isObject, index: 0, name: '', awaitsName: isObject, names: undefined };
      levels.push(level);
      at += 1;
    } else {
      if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
        levels.pop();
        level = levels.at(-1);
      }
      at += 1;
    }
    if (parts > LIMITS.jsonParts) {
      const message = `A body may hold ${LIMITS.jsonParts} arrays, objects, names and texts: send less at once.`;
      return [...flaws, { code: 'too_many_parts', message, path: [] }];
    }
  }
  return flaws;
};

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** `-`, `+`, `.`, digits, `e` and `E`. */
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === 0x2e || code === 0x65 || code === 0x45 || code === MINUS || code === 0x2b;

const numberEnd = (text: string, start: number): number => {
  let at = start + 1;
  while (at < text.length && isOfNumber(text.charCodeAt(at))) at += 1;
  return at;
};

const textFrom = (text: string, start: number): Text => {
  let isEscaped = false;
  let isWellFormed = true;
  let at = start + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) break;
    if (code !== BACKSLASH) continue;
    isEscaped = true;
    at += 1;
    if (text.charCodeAt(at) !== U) continue;
    const unit = unitAt(text, at + 1);
    at += 4;
    if (!isSurrogate(unit)) continue;
    // A low half is only right after a high one, which takes both at once.
    const isPair = isHigh(unit) && text.charCodeAt(at + 1) === BACKSLASH && text.charCodeAt(at + 2) === U;
    if (isPair && isLow(unitAt(text, at + 3))) at += 6;
    else isWellFormed = false;
  }
  return { end: at + 1, isEscaped, isWellFormed };
};

const unitAt = (text: string, at: number): number => Number.parseInt(text.slice(at, at + 4), 16);
const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
const isSurrogate = (unit: number): boolean => isHigh(unit) || isLow(unit);

/** A name as it is meant: `"\u0061"` is `"a"`. What is no JSON stays as it is. */
const unescaped = (raw: string): string => {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
};
