import { gunzipSync, gzipSync } from 'node:zlib';
import { mulberry32 } from './random.ts';

/** Draws a whole number from 0 below another one. */
export type Draw = (below: number) => number;

/** A seeded generator of whole numbers. */
export function drawing(seed: number): Draw {
  const next = mulberry32(seed);
  return (below) => Math.floor(next() * below);
}

/** How many cases a fuzz lane draws, and of which seed: the environment's `FUZZ_CASES` and `FUZZ_SEED`, if it has them. */
export function fuzzLane(cases: number): { readonly cases: number; readonly seed: number } {
  const { FUZZ_CASES, FUZZ_SEED } = process.env;
  return { cases: Number(FUZZ_CASES ?? cases), seed: Number(FUZZ_SEED ?? 0) };
}

const damages = ['truncate', 'flip', 'inflate lengths', 'overwrite', 'insert', 'bomb'] as const;
export type Damage = (typeof damages)[number];

/** Bytes damaged in a way that is drawn. */
export function damagedBytes(original: Uint8Array, draw: Draw): readonly [Damage, Uint8Array] {
  const kind = damages[draw(damages.length)]!;
  const bytes = new Uint8Array(original);
  // Headers are where damage does most.
  const place = () => draw(draw(2) === 0 ? Math.min(bytes.length, 600) : bytes.length);
  switch (kind) {
    case 'truncate':
      return [kind, bytes.subarray(0, draw(bytes.length))];
    case 'flip':
      for (let i = 0; i <= draw(8); i++) bytes[place()]! ^= 1 << draw(8);
      return [kind, bytes];
    case 'inflate lengths': {
      const at = place();
      const value = [0xff, 0x7f, 0x80, 0x00][draw(4)]!;
      bytes.fill(value, at, at + [1, 2, 4, 8][draw(4)]!);
      return [kind, bytes];
    }
    case 'overwrite': {
      const at = place();
      for (let i = at; i < at + 1 + draw(64) && i < bytes.length; i++) bytes[i] = draw(256);
      return [kind, bytes];
    }
    case 'insert': {
      const at = place();
      const more = Uint8Array.from({ length: 1 + draw(32) }, () => draw(256));
      return [kind, Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)])];
    }
    case 'bomb': {
      const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
      const plain = isGzip ? gunzipSync(bytes) : bytes;
      return [kind, gzipSync(Buffer.concat([plain, Buffer.alloc(2 ** 20 * (1 + draw(4)))]))];
    }
  }
}

/** What takes the place of any value of JSON. */
const strangers: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e9,
  1e308,
  -0,
  2 ** 53,
  '',
  'x',
  '../../..',
  '\u0000',
  '__proto__',
  [],
  [[]],
  [null],
  {},
  { length: 1e9 },
];

/** A value of JSON of which one to three places are something else, are gone, or are there twice. */
export function damagedJson(original: unknown, draw: Draw): unknown {
  let value = structuredClone(original);
  for (let times = 1 + draw(3); times > 0; times--) value = damagedOnce(value, draw);
  return value;
}

function damagedOnce(value: unknown, draw: Draw): unknown {
  const isBranch = typeof value === 'object' && value !== null;
  const entries: [string | number, unknown][] = !isBranch
    ? []
    : Array.isArray(value)
      ? [...value.entries()]
      : Object.entries(value);
  if (entries.length === 0 || draw(12) === 0) return strangers[draw(strangers.length)];
  const [key, inside] = entries[draw(entries.length)]!;
  const action = draw(8);
  if (Array.isArray(value)) {
    if (action === 0) return value.toSpliced(key as number, 1);
    if (action === 1) return value.toSpliced(key as number, 0, inside);
    return value.with(key as number, damagedOnce(inside, draw));
  }
  if (action === 0) return Object.fromEntries(entries.filter(([own]) => own !== key));
  if (action === 1) return { ...(value as object), [`${key}x`]: inside };
  return { ...(value as object), [key]: damagedOnce(inside, draw) };
}

/** What JavaScript says by itself, where a program did not look at what it was given. */
const unlooked =
  /is not (a|an) (function|object|constructor|iterable)|is not (iterable|defined|valid JSON)|Cannot (read propert|set propert|convert|destructure|mix)|Invalid (typed array|array|string|array buffer|time|count)|(out of|outside the) (range|bounds)|call stack|allocation failed|must be a multiple of|Unexpected (token|end)|in JSON at/i;

/**
 * What is wrong with an error for a damaged file: it must be in words of one's own, and name the file.
 *
 * @param name of the file, as errors are to call it
 */
export function unclear(error: unknown, name: string): string | undefined {
  if (!(error instanceof Error)) return `throws ${String(error)}`;
  const { message } = error;
  if (!message.includes(name)) return `does not name '${name}': ${message}`;
  return unlooked.test(message.replaceAll(name, '')) && !/must|correct it|damaged/.test(message)
    ? `says what JavaScript says: ${message}`
    : undefined;
}
