import { LIMITS } from '../core/limits.ts';
import { makeRandom } from '../test/integration/random.ts';

/** JSON texts of 4 MB that are hard to take in: many of one thing, or much of it. */

const SIZE = LIMITS.bodyBytes - 1_024;

/** As many units as fit, between `open` and `close`. */
const filled = (open: string, unit: (index: number) => string, close: string, size = SIZE): string => {
  const parts: string[] = [];
  let left = size - open.length - close.length;
  for (let index = 0; ; index += 1) {
    const part = `${index === 0 ? '' : ','}${unit(index)}`;
    left -= part.length;
    if (left < 0) return [open, ...parts, close].join('');
    parts.push(part);
  }
};
const list = (unit: (index: number) => string): string => filled('[', unit, ']');
const text = (unit: string): string => `"${unit.repeat(Math.floor((SIZE - 2) / Buffer.byteLength(unit)))}"`;
const name = (index: number): string => JSON.stringify(index.toString(36));

const FIXED: Readonly<Record<string, () => string>> = {
  zeros: () => list(() => '0'),
  'short decimals': () => list((index) => `${index % 90}.${index % 1_000_000}1`),
  coordinates: () => list((index) => `${(Math.PI * (index + 1)) % 180}`),
  'numbers with exponents': () => list(() => '1e9'),
  'numbers with endless zeros': () => list(() => '1.00000000000000000'),
  'numbers that cannot be kept': () => list(() => '12345678901234567891'),
  'one endless number': () => '1'.repeat(SIZE),
  'one endless fraction': () => `0.${'0'.repeat(SIZE - 3)}1`,
  'empty lists': () => list(() => '[]'),
  'empty objects': () => list(() => '{}'),
  'lists of one': () => list(() => '[0]'),
  'objects of one': () => list(() => '{"a":0}'),
  'objects each with a name of its own': () => list((index) => `{${name(index)}:0}`),
  'objects of two names': () => list((index) => `{${name(index)}:0,"b":1}`),
  'one object of many names': () => filled('{', (index) => `${name(index)}:0`, '}'),
  'one object of many numbers as names': () => filled('{', (index) => `"${index}":0`, '}'),
  'one name, over and over': () => filled('{', () => '"a":0', '}'),
  'one endless name': () => `{${text('n').slice(0, -4)}":0}`,
  'empty texts': () => list(() => '""'),
  'short texts': () => list(name),
  'one endless text': () => text('x'),
  'one endless text of other letters': () => text('漢'),
  'one endless text of escapes': () => text('\\u0041'),
  'one endless text of escaped pairs': () => text('\\ud83d\\ude00'),
  'one endless text of halves': () => text('\\ud83d'),
  'half a character in every text': () => list(() => '"\\ud800"'),
  'lists in lists': () => '['.repeat(SIZE / 2) + ']'.repeat(SIZE / 2),
  'lists that are never closed': () => '['.repeat(SIZE),
  'objects that are never closed': () => '{"a":'.repeat(SIZE / 5),
  'lists as deep as they may be': () => list(() => `${'['.repeat(28)}${']'.repeat(28)}`),
  'white space': () => `[${' '.repeat(SIZE - 2)}]`,
  quotes: () => '"'.repeat(SIZE),
  backslashes: () => `"${'\\'.repeat(SIZE - 2)}"`,
  commas: () => `[${','.repeat(SIZE - 2)}]`,
  'full tables': () => list((index) => `{"lat":${index % 90}.5,"lng":${index % 180}.25,"name":"Point ${index}"}`),
};

type Unit = (index: number) => string;
type Wrapper = (inner: string, index: number) => string;

/** A shape made by chance: a few units, nested in a few containers, over and over. */
const byChance = (seed: number): string => {
  const random = makeRandom(seed);
  const atoms: readonly [Unit, ...Unit[]] = [
    () => '0',
    () => 'null',
    (index) => String(index * Math.E),
    () => '-1.5e-7',
    () => '""',
    name,
    () => '"\\u00e9\\n"',
    () => '"漢字 und ein längerer Text"',
    () => `"${'x'.repeat(500)}"`,
    () => '[]',
    () => '{}',
    () => ' \n  true  ',
  ];
  const wrappers: readonly [Wrapper, ...Wrapper[]] = [
    (inner) => `[${inner}]`,
    (inner) => `[${inner},${inner}]`,
    (inner) => `{"a":${inner}}`,
    (inner, index) => `{${name(index)}:${inner}}`,
    (inner, index) => `{"a":${inner},${name(index)}:0}`,
  ];
  const units = Array.from({ length: 1 + random.below(3) }, () => {
    const atom = random.pick(atoms);
    const around = Array.from({ length: random.below(4) }, () => random.pick(wrappers));
    return (index: number) => around.reduce((inner, wrap) => wrap(inner, index), atom(index));
  });
  const unit = (index: number): string => units[index % units.length]?.(index) ?? '0';
  return random.below(2) === 0 ? list(unit) : filled('{', (index) => `${name(index)}:${unit(index)}`, '}');
};

const CHANCE = /^chance (?<seed>\d+)$/;

/** The names of all fixed shapes, and of `count` made by chance. */
export const shapeNames = (count: number, seed: number): readonly string[] => [
  ...Object.keys(FIXED),
  ...Array.from({ length: count }, (_, index) => `chance ${seed + index}`),
];

export const shapeOf = (shape: string): string => {
  const seed = CHANCE.exec(shape)?.groups?.['seed'];
  const make = seed === undefined ? FIXED[shape] : () => byChance(Number(seed));
  if (make === undefined) throw new Error(`There is no shape "${shape}".`);
  return make();
};

/** Where in a body of 4 MB a shape can stand. */
export const PLACES = {
  'the whole body of a task': (shape: string) => shape,
  'context data of a task': (shape: string) => `{"task_type_id":"type","name":"N","context_data":{"x":${shape}}}`,
  'checklist of a task': (shape: string) => `{"task_type_id":"type","name":"N","checklist":${shape}}`,
  'attachments of a task': (shape: string) => `{"task_type_id":"type","name":"N","attachments":${shape}}`,
  'name of a task': (shape: string) => `{"task_type_id":"type","name":${shape}}`,
  'geometry of a task': (shape: string) => `{"task_type_id":"type","name":"N","area_geom":${shape}}`,
  'tasks of a batch': (shape: string) => `{"tasks":${shape}}`,
  'one task of a batch': (shape: string) =>
    `{"tasks":[{"task_type_id":"type","name":"N","context_data":{"x":${shape}}}]}`,
  'candidates of a dispatch': (shape: string) => `{"candidate_user_ids":${shape}}`,
} as const satisfies Record<string, (shape: string) => string>;
export type Place = keyof typeof PLACES;
export const isPlace = (place: string): place is Place => Object.hasOwn(PLACES, place);
