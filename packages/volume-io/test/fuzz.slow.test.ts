import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  decodeImage,
  decodeVolumes,
  readDicomImage,
  readDicomSegments,
  readDicomSeries,
  readLidcAnnotations,
  readRtStruct,
  type Volume,
  VolumeFormatError,
} from '../src/index.ts';
import { ctSlice } from './dicom-files.ts';

/**
 * Cases in all. The lane that `FUZZ_CASES=20000 npx vitest run packages/volume-io/test/fuzz`
 * runs is the whole one; by default a sample of it keeps tests quick. `FUZZ_SEED` draws other cases.
 * `FUZZ_FOLDER` names a folder of other files, of any number and size.
 */
const CASES = Number(process.env.FUZZ_CASES ?? 300);
const SEED = Number(process.env.FUZZ_SEED ?? 0);
const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
const { FUZZ_FOLDER: folder } = process.env;

interface FuzzFile {
  readonly name: string;
  bytes(): Uint8Array;
}

const files = folder === undefined ? [...filesIn(fixtures, 80_000), ...listed()] : filesIn(folder);

function filesIn(root: string, most = Number.POSITIVE_INFINITY): FuzzFile[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/LICENSE|\.json$|ORIGIN|\.raw$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size < most)
    .sort()
    .map((path) => ({ name: relative(root, path), bytes: () => readFileSync(path) }));
}

/** The files that lie in lists with what is right of them. */
function listed(): FuzzFile[] {
  return ['tiff.json', 'odd-images.json'].flatMap((list) => {
    const { cases } = JSON.parse(readFileSync(join(fixtures, list), 'utf8')) as {
      cases: { readonly name: string; readonly file: string }[];
    };
    return cases.map(({ name, file }) => ({
      name: `${list}, ${name}`,
      bytes: () => Buffer.from(file, 'base64'),
    }));
  });
}

/** A small generator of whole numbers (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const MUTATIONS = ['truncate', 'flip', 'inflate lengths', 'overwrite', 'insert', 'bomb'] as const;

function mutate(original: Uint8Array, draw: (below: number) => number): [string, Uint8Array] {
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
      const plain = inflated(bytes) ?? bytes;
      return [kind, gzipSync(Buffer.concat([plain, Buffer.alloc(2 ** 20 * (1 + draw(4)))]))];
    }
  }
}

/** What a sound gzip file holds. */
function inflated(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(bytes);
  } catch {
    return undefined;
  }
}

function checkVolume({ voxels, spacing, affine }: Volume): void {
  const last = voxels.shape.reduce((sum, n, i) => sum + (n - 1) * voxels.stride[i]!, voxels.offset);
  expect(last).toBeLessThan(voxels.data.length);
  expect(spacing.every((step) => step > 0 && Number.isFinite(step))).toBe(true);
  expect(affine.length === 16 && affine.every(Number.isFinite)).toBe(true);
}

/** The image that some of the contours belong to. */
const like = await readDicomSeries(join(fixtures, 'conformance/dicom/rt-utils/oriented_data'));
/** The CT that others belong to. */
const ct = await readDicomSeries(
  [-122.5, -120].map((z) =>
    ctSlice({
      position: [0, 0, z],
      size: [512, 512],
      series: '1.3.6.1.4.1.14519.5.2.1.6279.6001.179049373636438705059720603192',
    }),
  ),
);

/** Reads the bytes by every reader; each result is sound, or the error says what is wrong. */
async function readAll(bytes: Uint8Array, label: string): Promise<boolean> {
  const readers = [
    async () => (await decodeVolumes(bytes, { name: 'fuzz' })).forEach(checkVolume),
    async () => {
      const { pixels } = await decodeImage(bytes, { name: 'fuzz' });
      expect(pixels.data.length).toBe(pixels.size);
    },
    async () => {
      const { pixels } = await readDicomImage(bytes);
      expect(pixels.data.length).toBe(pixels.size);
    },
    async () => {
      for (const { volume } of await readDicomSegments(bytes)) checkVolume(volume);
    },
    async () => checkVolume((await readLidcAnnotations(bytes, { like: ct })).volume),
    async () => {
      for (const { volume } of await readRtStruct(bytes, { like })) checkVolume(volume);
    },
  ];
  let isRead = false;
  for (const reader of readers) {
    try {
      await reader();
      isRead = true;
    } catch (error) {
      if (!(error instanceof VolumeFormatError))
        throw new Error(`${label}: ${error}`, { cause: error });
      expect(error.message.length).toBeGreaterThan(20);
    }
  }
  return isRead;
}

describe('mutated files: a sound result or a clear error, in bounded memory', () => {
  test(`${CASES} cases over ${files.length} files, seed ${SEED}`, {
    timeout: 3_600_000,
  }, async () => {
    expect(files.length).toBeGreaterThan(folder === undefined ? 400 : 0);
    let read = 0;
    let worst = { bytes: 0, label: '' };
    for (let i = 0; i < CASES; i++) {
      const draw = random(SEED * 1_000_003 + i);
      const { name, bytes: original } = files[draw(files.length)]!;
      const [kind, bytes] = mutate(original(), draw);
      const label = `case ${i} of seed ${SEED} (${kind}, ${name})`;
      const before = process.memoryUsage().arrayBuffers;
      if (await readAll(bytes, label)) read++;
      const used = process.memoryUsage().arrayBuffers - before;
      if (used > worst.bytes) worst = { bytes: used, label };
    }
    expect(worst.bytes, worst.label).toBeLessThan(2 ** 29);
    if (folder !== undefined) return;
    // Damage to pixels that no checksum guards is not seen; most other damage is.
    expect(read).toBeGreaterThan(CASES / 50);
    expect(read).toBeLessThan(CASES / 2);
  });
});

test('images that are cut off are refused, or there is all of them', {
  timeout: 600_000,
}, async () => {
  const images = listed();
  let refused = 0;
  for (let i = 0; i < CASES; i++) {
    const draw = random(SEED * 1_000_003 + i);
    const { name, bytes } = images[draw(images.length)]!;
    const whole = bytes();
    const cut = draw(2) === 0 ? draw(whole.length) : whole.length - 1 - draw(16);
    const label = `case ${i} of seed ${SEED} (${name}, ${cut} of ${whole.length} bytes)`;
    const image = await decodeImage(whole.subarray(0, cut)).catch(() => undefined);
    if (image === undefined) refused++;
    else expect(image.pixels.data, label).toEqual((await decodeImage(whole)).pixels.data);
  }
  expect(refused).toBeGreaterThan(CASES / 2);
});
