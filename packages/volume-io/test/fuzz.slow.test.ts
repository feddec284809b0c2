import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { damagedBytes, drawing, fuzzLane } from '@sts-net/testing';
import { describe, expect, test } from 'vitest';
import {
  decodeImage,
  decodeVolumes,
  readDicomImage,
  readDicomInfo,
  readDicomSegments,
  readDicomSeries,
  readLidcAnnotations,
  readRtStruct,
  type Volume,
  VolumeFormatError,
} from '../src/index.ts';
import { ctSlice } from './dicom-files.ts';
import { type FuzzFile, type FuzzTarget, fuzzTargets } from './fuzz-cases.ts';

/**
 * Cases in all. The lane that `FUZZ_CASES=20000 npx vitest run packages/volume-io/test/fuzz`
 * runs is the whole one; by default a sample of it keeps tests quick. `FUZZ_SEED` draws other cases.
 * `FUZZ_FOLDER` names a folder of other files, of any number and size.
 */
const { cases: CASES, seed: SEED } = fuzzLane(300);
const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
const { FUZZ_FOLDER: folder } = process.env;

const targets =
  folder === undefined
    ? [...fuzzTargets(fixtures, 80_000), ...listed().map(alone)]
    : fuzzTargets(folder);

function alone(file: FuzzFile): FuzzTarget {
  return { kind: 'file', members: [file] };
}

/** The images that lie in lists with what is right of them. */
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

/** The image that some of the contours belong to. */
const oblique = await readDicomSeries(join(fixtures, 'conformance/dicom/rt-utils/oriented_data'));
/** The CT that others belong to. */
const upright = await readDicomSeries(join(fixtures, 'dicom/contours/ct'));
const lidc = await readDicomSeries(
  [-122.5, -120].map((z) =>
    ctSlice({
      position: [0, 0, z],
      size: [512, 512],
      series: '1.3.6.1.4.1.14519.5.2.1.6279.6001.179049373636438705059720603192',
    }),
  ),
);

/** The bytes of a file, damaged or not. */
type Files = (file: FuzzFile) => Uint8Array;
/** Reads and checks; what was read, in brief, so that it can be compared. */
type Reader = (files: Files, onWarning: (message: string) => void) => Promise<string>;

function checkedVolume({ voxels, spacing, affine }: Volume): string {
  const last = voxels.shape.reduce((sum, n, i) => sum + (n - 1) * voxels.stride[i]!, voxels.offset);
  expect(last).toBeLessThan(voxels.data.length);
  expect(spacing.every((step) => step > 0 && Number.isFinite(step))).toBe(true);
  expect(affine.length === 16 && affine.every(Number.isFinite)).toBe(true);
  return `${voxels.shape} ${spacing} ${affine} ${digest(voxels.data)}`;
}

function digest(data: ArrayBufferView): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return createHash('sha256').update(bytes).digest('hex');
}

function readersOf({ kind, members }: FuzzTarget): Readonly<Record<string, Reader>> {
  const [first, ...others] = members as [FuzzFile, ...FuzzFile[]];
  const volumes: Reader = async (files, onWarning) => {
    const sibling = async (name: string) => {
      const found = others.find((one) => basename(one.name) === name);
      return found === undefined ? undefined : files(found);
    };
    const options = { name: basename(first.name), sibling, onWarning };
    return (await decodeVolumes(files(first), options)).map(checkedVolume).join();
  };
  if (kind === 'header with data') return { volumes };
  if (kind === 'series') {
    const series: Reader = async (files, onWarning) =>
      checkedVolume(
        await readDicomSeries(
          members.map((one) => files(one)),
          { onWarning },
        ),
      );
    return { series };
  }
  const rois = (like: Volume): Reader => {
    return async (files, onWarning) => {
      const read = await readRtStruct(files(first), { like, onWarning });
      return read
        .map(({ volume, ...roi }) => `${JSON.stringify(roi)} ${checkedVolume(volume)}`)
        .join();
    };
  };
  return {
    volumes,
    image: async (files, onWarning) => {
      const { pixels } = await decodeImage(files(first), { name: 'fuzz', onWarning });
      expect(pixels.data.length).toBe(pixels.size);
      return `${pixels.shape} ${digest(pixels.data)}`;
    },
    dicomImage: async (files, onWarning) => {
      const { pixels } = await readDicomImage(files(first), { onWarning });
      expect(pixels.data.length).toBe(pixels.size);
      return `${pixels.shape} ${digest(pixels.data)}`;
    },
    segments: async (files, onWarning) =>
      (await readDicomSegments(files(first), { onWarning }))
        .map(({ label, volume }) => `${label} ${checkedVolume(volume)}`)
        .join(),
    lidc: async (files, onWarning) =>
      checkedVolume((await readLidcAnnotations(files(first), { like: lidc, onWarning })).volume),
    oblique: rois(oblique),
    upright: rois(upright),
  };
}

/** What a reader gives, with its warnings; `undefined` if it refuses. */
async function outcome(reader: Reader, files: Files, label: string) {
  const warnings: string[] = [];
  try {
    return { read: await reader(files, (message) => warnings.push(message)), warnings };
  } catch (error) {
    if (!(error instanceof VolumeFormatError)) {
      throw new Error(`${label}: ${error}`, { cause: error });
    }
    expect(error.message.length).toBeGreaterThan(20);
    return undefined;
  }
}

const wholes = new Map<string, ReturnType<typeof outcome>>();

/**
 * Reads damaged files by every reader: each result is sound, or the error says what is wrong. What was
 * only cut off must not be taken for complete: it is refused, or reads as the whole does, or a
 * warning says what is missing.
 */
async function check(target: FuzzTarget, files: Files, isCut: boolean, label: string) {
  let isRead = false;
  for (const [name, reader] of Object.entries(readersOf(target))) {
    const found = await outcome(reader, files, label);
    if (found === undefined) continue;
    isRead = true;
    if (!isCut) continue;
    const key = `${target.kind} ${target.members[0]!.name} ${name}`;
    const whole = wholes.get(key) ?? outcome(reader, (one) => one.bytes(), label);
    wholes.set(key, whole);
    const all = await whole;
    if (found.warnings.some((one) => !all?.warnings.includes(one))) continue;
    expect([label, name, found.read]).toEqual([label, name, all?.read]);
  }
  // Whatever the bytes are, this says only what it found.
  await readDicomInfo(files(target.members[0]!));
  return isRead;
}

describe('mutated files: a sound result or a clear error, in bounded memory', () => {
  test(`${CASES} cases over ${targets.length} targets, seed ${SEED}`, {
    timeout: 3_600_000,
  }, async () => {
    if (folder === undefined) {
      for (const kind of ['file', 'header with data', 'series']) {
        expect(targets.filter((one) => one.kind === kind).length).toBeGreaterThan(4);
      }
      expect(targets.length).toBeGreaterThan(400);
    }
    let read = 0;
    let worst = { bytes: 0, label: '' };
    for (let i = 0; i < CASES; i++) {
      const draw = drawing(SEED * 1_000_003 + i);
      const target = targets[draw(targets.length)]!;
      const damaged = target.members[draw(target.members.length)]!;
      const [kind, bytes] = damagedBytes(damaged.bytes(), draw);
      const label = `case ${i} of seed ${SEED} (${kind}, ${target.kind} ${damaged.name})`;
      const before = process.memoryUsage().arrayBuffers;
      const files = (file: FuzzFile) => (file === damaged ? bytes : file.bytes());
      if (await check(target, files, kind === 'truncate', label)) read++;
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
    const draw = drawing(SEED * 1_000_003 + i);
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
