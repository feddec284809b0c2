import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Files that are read together: one alone, a header with its data, or the slices of a series. */
export interface FuzzTarget {
  readonly kind: 'file' | 'header with data' | 'series';
  /** The file that readers are given first. */
  readonly path: string;
  /** All files, any of which may be damaged. */
  readonly members: readonly string[];
}

const isHeader = (path: string) => /\.(nhdr|mhd|hdr)$/i.test(path);

/** @param largest files of more bytes are passed over */
export function fuzzTargets(folder: string, largest: number): readonly FuzzTarget[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/LICENSE|\.json$|ORIGIN/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size <= largest)
    .sort();
  const targets: FuzzTarget[] = files
    .filter((path) => !/\.raw$/.test(path) && !isHeader(path))
    .map((path) => ({ kind: 'file', path, members: [path] }));
  for (const path of files.filter(isHeader)) {
    const beside = files.filter((other) => dirname(other) === dirname(path));
    const text = readFileSync(path, 'latin1');
    const stem = basename(path).replace(/\.hdr$/, '.img');
    const data = beside.filter(
      (other) => text.includes(basename(other)) || basename(other) === stem,
    );
    targets.push({ kind: 'header with data', path, members: [path, ...data] });
  }
  for (const place of new Set(files.map(dirname))) {
    const slices = files.filter((path) => dirname(path) === place && isDicom(path));
    if (slices.length > 1) targets.push({ kind: 'series', path: slices[0]!, members: slices });
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
