import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** A file that may be damaged. */
export interface FuzzFile {
  readonly name: string;
  bytes(): Uint8Array;
}

/** Files that are read together: one alone, a header with its data, or the slices of a series. */
export interface FuzzTarget {
  readonly kind: 'file' | 'header with data' | 'series';
  /** All files, any of which may be damaged; readers are given the first one first. */
  readonly members: readonly FuzzFile[];
}

const isHeader = (path: string) => /\.(nhdr|mhd|hdr)$/i.test(path);

/** @param largest files of more bytes are passed over */
export function fuzzTargets(
  folder: string,
  largest = Number.POSITIVE_INFINITY,
): readonly FuzzTarget[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/LICENSE|\.json$|ORIGIN/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size <= largest)
    .sort();
  const fileOf = (path: string): FuzzFile => ({
    name: relative(folder, path),
    bytes: () => readFileSync(path),
  });
  const targets: FuzzTarget[] = files
    .filter((path) => !/\.raw$/.test(path) && !isHeader(path))
    .map((path) => ({ kind: 'file', members: [fileOf(path)] }));
  for (const path of files.filter(isHeader)) {
    const text = readFileSync(path, 'latin1');
    const image = basename(path).replace(/\.hdr$/, '.img');
    const data = files.filter(
      (other) =>
        dirname(other) === dirname(path) &&
        other !== path &&
        (basename(other) === image || text.includes(basename(other))),
    );
    targets.push({ kind: 'header with data', members: [path, ...data].map(fileOf) });
  }
  for (const place of new Set(files.map(dirname))) {
    const slices = files.filter((path) => dirname(path) === place && isDicom(path));
    if (slices.length > 1) targets.push({ kind: 'series', members: slices.map(fileOf) });
  }
  return targets;
}

function isDicom(path: string): boolean {
  return readFileSync(path).toString('latin1', 128, 132) === 'DICM';
}

/** A small generator of whole numbers (mulberry32). */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const MUTATIONS = ['truncate', 'flip', 'inflate lengths', 'overwrite', 'insert', 'bomb'] as const;
export type Mutation = (typeof MUTATIONS)[number];

/** Bytes damaged in a way that is drawn. */
export function mutate(
  original: Uint8Array,
  draw: (below: number) => number,
): readonly [Mutation, Uint8Array] {
  const kind = MUTATIONS[draw(MUTATIONS.length)]!;
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
