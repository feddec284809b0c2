import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageDigest, loadManifest, readImageFile } from '@sts-net/datasets';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { createVolume, readImage, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import type { EncodingJob } from '../../src/amplified/encode-samples.ts';
import { encodeInWorkers } from '../../src/amplified/encoding-pool.ts';
import { writeAmplified } from '../../src/amplified/write-amplified.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { configFor, makeData } from '../make-data.ts';

const folder = await makeData(['a', 'b', 'c', 'd']);
const config = (changes: Record<string, unknown> = {}) =>
  validateConfig(configFor({ amplification: { method: 4, threshold: 100 }, ...changes }));

async function written(name: string, format: 'nifti' | 'png', workers: number) {
  const output = join(folder, name);
  const items = await writeAmplified(config(), folder, output, { format, workers });
  const files = readdirSync(output, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return {
    output,
    items,
    bytes: new Map(files.map((path) => [path.slice(output.length), readFileSync(path, 'hex')])),
  };
}

describe.each(['nifti', 'png'] as const)('amplified samples as %s', (format) => {
  it('are the same bytes for any number of workers', async () => {
    const [one, three] = [
      await written(`${format}-1`, format, 1),
      await written(`${format}-3`, format, 3),
    ];
    // 12 slices, 4 of them with a small lesion: 5 copies each.
    expect(one.bytes.size).toBe(2 * (12 + 20) + 1);
    expect(three.bytes).toEqual(one.bytes);
  });

  it('are listed with the digest that reading them gives, each traced to its source', async () => {
    const { output, items } = await written(`${format}-read`, format, 2);
    expect(await loadManifest(join(output, 'manifest.jsonl'))).toEqual(items);
    for (const { image, digest } of items) {
      const { voxels } = await readImageFile(join(output, image));
      expect(imageDigest(voxels), image).toBe(digest);
    }
    const crop = items.find(({ id }) => id === 'a_002_C')!;
    const { box } = crop.source as { box: { top: number; bottom: number } };
    expect(crop.source).toMatchObject({ id: 'a_002', operation: 'C', seed: 7 });
    expect(crop.spacing).toEqual([3, (box.bottom - box.top) / 24, expect.any(Number)]);
  });
});

it('stops between slices and leaves nothing; does nothing for a folder that holds something', async () => {
  const before = readdirSync(folder);
  const stop = new AbortController();
  const { signal } = stop;
  const options = { format: 'nifti', workers: 1, signal } as const;
  const seen: number[] = [];
  const onProgress = (done: number) => {
    seen.push(done);
    if (done === 2) stop.abort(new Error('stopped'));
  };
  const stopped = writeAmplified(config(), folder, join(folder, 'stopped'), {
    ...options,
    onProgress,
  });
  await expect(stopped).rejects.toThrow('stopped');
  expect(seen).toEqual([1, 2]);
  // Not even a case is read, by which the signal would be noticed.
  await expect(writeAmplified(config(), folder, folder, options)).rejects.toThrow(
    'the folder is not empty',
  );
  await expect(writeAmplified(config(), folder, join(folder, 'x'), options)).rejects.toThrow(
    'stopped',
  );
  expect(readdirSync(folder)).toEqual(before);
});

describe('intensities as PNG', () => {
  const cube = (values: readonly number[]) =>
    createVolume(
      ndarray(
        Float32Array.from({ length: 8 }, (_, i) => values[i % values.length]!),
        [2, 2, 2],
      ),
    );
  const stored = async (values: readonly number[]) => {
    const data = temporaryFolder();
    await writeVolume(join(data, 'image.nii'), cube(values));
    await writeVolume(join(data, 'mask.nii'), cube([0, 1]));
    const cases = [{ id: 'x', image: 'image.nii', mask: 'mask.nii' }];
    const one = config({ data: { cases }, preprocessing: { context: 0 } });
    const [item] = await writeAmplified(one, data, join(data, 'out'), {
      format: 'png',
      workers: 1,
    });
    const { pixels, maxValue } = await readImage(join(data, 'out', item!.image));
    return { pixels: [...pixels.data], maxValue, source: item!.source };
  };

  it('whole numbers stay what they are, in 8 or 16 bit', async () => {
    expect(await stored([0, 7, 255, 3])).toMatchObject({ pixels: [0, 7, 255, 3], maxValue: 255 });
    expect(await stored([0, 7, 256, 3])).toMatchObject({ pixels: [0, 7, 256, 3], maxValue: 65535 });
  });

  it('of others the range of the case is spread over 16 bit, and the manifest says how', async () => {
    const { pixels, source } = await stored([-1, 0.5, 2, 1]);
    expect(pixels).toEqual([0, 32768, 65535, 43690]);
    const { scale, offset } = source!['intensities'] as { scale: number; offset: number };
    expect(pixels.map((value) => value * scale + offset)).toBeAllclose([-1, 0.5, 2, 1], {
      atol: 3e-5,
    });
  });

  it('more channels than PNG has are refused', async () => {
    const many = config({ preprocessing: { context: 2 } });
    const options = { format: 'png', workers: 1 } as const;
    await expect(writeAmplified(many, folder, join(folder, 'x'), options)).rejects.toThrow(
      'the `format` png holds 1 or 3 channels, but `preprocessing.context` 2 makes 5',
    );
  });
});

it('a 2-D image in colour keeps its colours and has no spacing', async () => {
  const data = temporaryFolder();
  const colours = ndarray(
    Uint8Array.from(uniform('colours', 30 * 20 * 3), (u) => 255 * u),
    [30, 20, 3],
  );
  const mask = ndarray(new Uint8Array(600), [30, 20]);
  for (let i = 0; i < 9; i++) mask.set(10 + Math.floor(i / 3), 8 + (i % 3), 255);
  await writeImage(join(data, 'image.png'), colours);
  await writeImage(join(data, 'mask.png'), mask);
  const cases = [{ id: 'x', image: 'image.png', mask: 'mask.png' }];
  const items = await writeAmplified(config({ data: { cases } }), data, join(data, 'out'), {
    format: 'png',
    workers: 2,
  });
  expect(items.map(({ id }) => id)).toEqual(['x', 'x_A1', 'x_A2', 'x_A3', 'x_A4', 'x_C']);
  expect(items[0]).toMatchObject({ spacing: null, area: 9 });
  const { pixels } = await readImage(join(data, 'out', items[0]!.image));
  expect([...pixels.data]).toEqual([...colours.data]);
});

describe('worker threads', () => {
  const settings = {
    amplification: { method: 1, extended: false, threshold: 100, seed: 0 },
  } as const;
  const job = (id: string, channels = 1): EncodingJob => ({
    id,
    group: id,
    shape: [4, 4, channels],
    image: new Float32Array(16 * channels),
    mask: new Uint8Array(16),
    spacing: null,
    intensities: { bits: 8, scale: 1, offset: 0 },
  });

  it('give results in the order of the jobs and hold back those that are not needed yet', async () => {
    let begun = 0;
    async function* jobs() {
      for (begun = 0; begun < 20; ) yield job(`sample ${begun++}`);
    }
    const ids: string[] = [];
    for await (const [encoded] of encodeInWorkers(jobs(), settings, 2)) {
      ids.push(encoded!.item.id);
      expect(begun - ids.length).toBeLessThanOrEqual(4);
    }
    expect(ids).toEqual(Array.from({ length: 20 }, (_, i) => `sample ${i}`));
  });

  it('an error in one names the sample', async () => {
    async function* jobs() {
      yield job('good');
      yield { ...job('bad', 5), image: Float32Array.from({ length: 80 }, (_, i) => i) };
    }
    const encode = async () => {
      for await (const _ of encodeInWorkers(jobs(), settings, 2));
    };
    await expect(encode()).rejects.toThrow(/^sample 'bad': .*1 to 4 channels/);
  });
});
