import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

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
