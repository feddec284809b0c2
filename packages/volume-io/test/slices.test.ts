import { signed, uniform } from '@sts-net/testing';
import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  createVolume,
  type EdgeRule,
  type SliceAxis,
  slices25d,
  stackSlices,
  type Volume,
  type VoxelArray,
} from '../src/index.ts';

function volumeOf<T extends VoxelArray>(data: T, shape: readonly number[]): Volume<T> {
  return createVolume(ndarray(data, [...shape]), { spacing: [3, 1, 1] });
}

const shape = [5, 4, 3] as const;
const image = volumeOf(signed('image', 60), shape);
const label = volumeOf(
  Uint8Array.from(uniform('label', 60), (u) => Math.max(0, Math.floor(u * 8) - 4)),
  shape,
);

/** The slow obvious way: which slice each channel shows, −1 being zeros, or no sample at all. */
function expectedWindow(edge: EdgeRule, index: number, count: number, context: number) {
  const window = [];
  for (let at = index - context; at <= index + context; at++) window.push(at);
  const lacking = window.some((at) => at < 0 || at >= count);
  if (!lacking) return window;
  if (edge === 'drop') return undefined;
  if (edge === 'triple') return window.map(() => index);
  return window.map((at) => {
    if (at >= 0 && at < count) return at;
    if (edge === 'zero') return -1;
    if (edge === 'replicate' || count === 1) return at < 0 ? 0 : count - 1;
    let mirrored = at;
    while (mirrored < 0 || mirrored >= count) {
      mirrored = mirrored < 0 ? -mirrored : 2 * (count - 1) - mirrored;
    }
    return mirrored;
  });
}

function voxelAt(
  voxels: NdArray<VoxelArray>,
  axis: SliceAxis,
  at: number,
  row: number,
  column: number,
) {
  const index = [row, column];
  index.splice(axis, 0, at);
  return voxels.get(...index);
}

const edges: EdgeRule[] = ['triple', 'replicate', 'reflect', 'zero', 'drop'];
const axes: SliceAxis[] = [0, 1, 2];

describe('slices25d against the slow obvious way', () => {
  test.each(
    edges.flatMap((edge) =>
      axes.flatMap((axis) => [0, 1, 2, 6].map((context) => ({ edge, axis, context }))),
    ),
  )('edge $edge, axis $axis, context $context', ({ edge, axis, context }) => {
    const [height, width] = shape.filter((_, i) => i !== axis) as [number, number];
    const count = shape[axis];
    for (const volume of [
      image,
      volumeOf(
        Int16Array.from(image.voxels.data, (v) => v * 999),
        shape,
      ),
    ]) {
      for (const labelMode of ['center', 'union'] as const) {
        const samples = [...slices25d(volume, { edge, axis, context, label, labelMode, id: 'p' })];
        const expected = Array.from({ length: count }, (_, index) => ({
          index,
          window: expectedWindow(edge, index, count, context),
        })).filter(({ window }) => window !== undefined);
        expect(samples.map(({ id }) => id)).toEqual(expected.map(({ index }) => `p_00${index}`));
        samples.forEach((sample, i) => {
          const { index } = expected[i]!;
          const window = expected[i]!.window!;
          expect(sample.image.shape).toEqual([height, width, 2 * context + 1]);
          expect(sample.mask.shape).toEqual([height, width]);
          expect(sample.image.data).toBeInstanceOf(Float32Array);
          expect(sample.mask.data).toBeInstanceOf(Uint8Array);
          for (let row = 0; row < height; row++) {
            for (let column = 0; column < width; column++) {
              window.forEach((at, channel) => {
                const value = at < 0 ? 0 : voxelAt(volume.voxels, axis, at, row, column);
                expect(sample.image.get(row, column, channel)).toBe(value);
              });
              const sources = labelMode === 'center' ? [index] : window.filter((at) => at >= 0);
              const labels = sources.map((at) => voxelAt(label.voxels, axis, at, row, column));
              expect(sample.mask.get(row, column)).toBe(Math.max(...labels));
            }
          }
        });
      }
    }
  });

  test('the paper’s edge rule: first and last image triple their own slice', () => {
    const [first, second] = slices25d(image);
    const channels = (at: NdArray<Float32Array>) => [0, 1, 2].map((c) => at.get(1, 1, c));
    const own = [0, 1, 2].map((s) => image.voxels.get(s, 1, 1));
    expect(channels(first!.image)).toEqual([own[0], own[0], own[0]]);
    expect(channels(second!.image)).toEqual(own);
  });
});

describe('slices25d', () => {
  test('copies nothing where a view will do', () => {
    for (const edge of ['triple', 'drop'] as const) {
      for (const sample of slices25d(image, { label, edge })) {
        expect(sample.image.data).toBe(image.voxels.data);
        expect(sample.mask.data).toBe(label.voxels.data);
      }
    }
    const copied = [...slices25d(image, { edge: 'replicate' })].filter(
      (sample) => sample.image.data !== image.voxels.data,
    );
    expect(copied.map(({ id }) => id)).toEqual(['volume_000', 'volume_004']);
  });

  test('converts each slice of other types once, when it is first needed', () => {
    const whole = volumeOf(
      Int16Array.from({ length: 60 }, (_, i) => i + 1),
      shape,
    );
    const samples = slices25d(whole)[Symbol.iterator]();
    const [first, second] = [samples.next().value!, samples.next().value!];
    expect(second.image.data).toBe(first.image.data);
    expect([...first.image.data]).toEqual([...whole.voxels.data].map((v, i) => (i < 36 ? v : 0)));
  });

  test('can be read again', () => {
    const good = slices25d(image, { label });
    expect([...good]).toEqual([...good]);
  });

  test('the label passes the same door as every mask', () => {
    const soft = volumeOf(new Float32Array(60).fill(0.5), shape);
    expect(() => slices25d(image, { id: 'p07', label: soft })).toThrow(
      /label of p07 must hold whole numbers from 0 to 255, got 0.5 .* by `labelsOf`/,
    );
    const moved = [...label.affine];
    moved[3] = 40;
    expect(() => slices25d(image, { id: 'p07', label: { ...label, affine: moved } })).toThrow(
      /label of p07 must lie where the image lies, .* 40.0 mm elsewhere/,
    );
  });

  test('names, group, and background without a label', () => {
    const [sample] = slices25d(image, { id: 'p26_flair', group: 'p26' });
    expect(sample).toMatchObject({ id: 'p26_flair_000', group: 'p26' });
    expect([...sample!.mask.data]).toEqual(Array(12).fill(0));
    const [alone] = slices25d(image, { id: 'p26' });
    expect(alone!.group).toBe('p26');
    const long = volumeOf(new Float32Array(1200), [1200, 1, 1]);
    expect([...slices25d(long)].map(({ id }) => id).sort()[1000]).toBe('volume_1000');
  });

  test('a float label of whole numbers is fine', () => {
    const floats = volumeOf(Float32Array.from(label.voxels.data), shape);
    const masks = (from: Volume) =>
      [...slices25d(image, { label: from })].map(({ mask }) =>
        Array.from({ length: 12 }, (_, i) => mask.get(Math.floor(i / 3), i % 3)),
      );
    expect(masks(floats)).toEqual(masks(label));
  });
});

describe('stackSlices', () => {
  test.each(axes)('is the inverse of slices25d along axis %i', (axis) => {
    const masks = [...slices25d(image, { label, axis })].map(({ mask }) => mask);
    const stacked = stackSlices(masks, image, { axis });
    expect(stacked.voxels.data).toEqual(label.voxels.data);
    expect(stacked).toMatchObject({ spacing: image.spacing, affine: image.affine });
  });

  test('dropped slices are background', () => {
    const options = { edge: 'drop', context: 2 } as const;
    const masks = [...slices25d(image, { ...options, label })].map(({ mask }) => mask);
    expect(masks).toHaveLength(1);
    const { voxels } = stackSlices(masks, image, options);
    const expected = label.voxels.data.map((v, i) => (i >= 24 && i < 36 ? v : 0));
    expect(voxels.data).toEqual(expected);
  });
});

describe('errors name what came', () => {
  const mask = ndarray(new Uint8Array(12), [4, 3]);
  test.each<[string, () => unknown, RegExp]>([
    [
      'label of another shape',
      () => slices25d(image, { label: volumeOf(new Uint8Array(60), [5, 3, 4]), id: 'p07' }),
      /label of p07 must have the shape of the image, \[5, 4, 3\], got \[5, 3, 4\]/,
    ],
    ['axis', () => slices25d(image, { axis: 3 as 2 }), /`axis` must be 0 .*, got 3/],
    [
      'context',
      () => slices25d(image, { context: 1.5 }),
      /`context` must be a whole number .*, got 1.5/,
    ],
    [
      'edge',
      () => slices25d(image, { edge: 'wrap' as 'zero' }),
      /`edge` must be one of triple, .*, got wrap/,
    ],
    [
      'labelMode',
      () => slices25d(image, { labelMode: 'all' as 'union' }),
      /`labelMode` must be .*, got all/,
    ],
    [
      'mask shape',
      () => stackSlices([mask.transpose(1, 0)], image),
      /mask of slice 0 must have shape \[4, 3\] to fit the volume \[5, 4, 3\], got \[3, 4\]/,
    ],
    [
      'too few masks',
      () => stackSlices([mask, mask], image),
      /must be 5 masks, one for each slice, got 2/,
    ],
    [
      'masks without end',
      () =>
        stackSlices(
          (function* () {
            while (true) yield mask;
          })(),
          image,
        ),
      /must be 5 masks, one for each slice, got more/,
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
    expect(run).toThrow(RangeError);
  });
});

describe('slices25d of several volumes', () => {
  const shape = [4, 3, 5];
  const of = (name: string) =>
    volumeOf(
      Int16Array.from(signed(name, 60), (v) => 500 * v),
      shape,
    );
  const volumes = ['a', 'b', 'c'].map(of);

  test.each(['triple', 'replicate', 'reflect', 'zero', 'drop'] as const)(
    'has the channels of each alone, slice by slice: %s',
    (edge) => {
      for (const axis of [0, 1, 2] as const) {
        for (const context of [0, 1, 2]) {
          const options = { axis, context, edge };
          const together = [...slices25d(volumes, options)];
          const alone = volumes.map((volume) => [...slices25d(volume, options)]);
          expect(together).toHaveLength(alone[0]!.length);
          for (const [i, { image }] of together.entries()) {
            const [rows, columns, channels] = image.shape as [number, number, number];
            expect(channels).toBe(3 * (2 * context + 1));
            for (let r = 0; r < rows; r++)
              for (let c = 0; c < columns; c++)
                for (let k = 0; k < channels; k++) {
                  const expected = alone[k % 3]![i]!.image.get(r, c, Math.floor(k / 3));
                  expect(image.get(r, c, k)).toBe(expected);
                }
          }
        }
      }
    },
  );

  test('must have one shape, and one volume at least', () => {
    const other = volumeOf(new Int16Array(24), [4, 3, 2]);
    expect(() => slices25d([volumes[0]!, other], { id: 'x' })).toThrow(
      /volumes of x must have one shape, got \[4, 3, 5\] and \[4, 3, 2\]/,
    );
    expect(() => slices25d([])).toThrow(/must have a volume, got none/);
  });
});
