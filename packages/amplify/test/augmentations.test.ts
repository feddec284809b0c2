import { describe, expect, test } from 'vitest';
import {
  type AugmentationContext,
  type AugmentationName,
  type AugmentationSpec,
  augmentations,
  copyPaste,
  createAugmentation,
  flipVertical,
  lesionCrop,
  randomAffine,
  randomBiasField,
  randomBlur,
  randomElastic,
  randomFlip,
  randomGamma,
  randomIntensity,
  randomResolution,
  sampleRandom,
  type Transform,
} from '../src/index.ts';
import { elements, sampleOf } from './samples.ts';

const lesion = (row: number, column: number) => row >= 8 && row < 12 && column >= 20 && column < 24;
const sample = sampleOf(32, 40, 2, lesion);
const donor = { ...sampleOf(32, 40, 2, (row, column) => lesion(row - 10, column)), group: 'donor' };

/** Gives the same donor and keeps what it was asked for. */
function contextOf() {
  const asked: number[] = [];
  const context: AugmentationContext = {
    async donors(count) {
      asked.push(count);
      return [donor];
    },
  };
  return { asked, context };
}

const drawn = (transform: Transform) => {
  const { image, mask } = transform(sample, sampleRandom(5, 'drawn'));
  return [elements(image), elements(mask)];
};

describe('a name', () => {
  const cases: readonly [AugmentationName, object, Transform][] = [
    ['lesion-crop', { size: [0.3, 0.5], jitter: 0 }, lesionCrop({ size: [0.3, 0.5], jitter: 0 })],
    ['flip', { horizontal: 1, vertical: 0 }, randomFlip({ horizontal: 1, vertical: 0 })],
    ['affine', { rotation: [5, 30], fill: 0 }, randomAffine({ rotation: [5, 30], fill: 0 })],
    ['elastic', { spacing: 9, fill: 0 }, randomElastic({ spacing: 9, fill: 0 })],
    ['intensity', { noise: [0.1, 0.2] }, randomIntensity({ noise: [0.1, 0.2] })],
    ['gamma', { gamma: [2, 3] }, randomGamma({ gamma: [2, 3] })],
    ['bias-field', { strength: [0.4, 0.5] }, randomBiasField({ strength: [0.4, 0.5] })],
    ['blur', { sigma: [2, 3] }, randomBlur({ sigma: [2, 3] })],
    ['low-resolution', { zoom: [0.3, 0.4] }, randomResolution({ zoom: [0.3, 0.4] })],
    ['copy-paste', { donors: 3, feather: 1 }, copyPaste({ donors: [donor], feather: 1 })],
  ];

  test.each(cases)('%s stands for its transform, with its options', async (name, options, own) => {
    const { context } = contextOf();
    // As they stand in a config, beside the name and the probability.
    const given = { name, probability: 0.5, ...options };
    const transform = await createAugmentation(name, given, context);
    expect(drawn(transform)).toEqual(drawn(own));
    expect(drawn(transform)).not.toEqual([elements(sample.image), elements(sample.mask)]);
  });

  test('the cases are all there are', () => {
    expect(cases.map(([name]) => name)).toEqual(Object.keys(augmentations));
  });

  test('copy-paste asks for its donors, 32 where none are said, and nothing else does', async () => {
    const { asked, context } = contextOf();
    for (const [name] of cases) await createAugmentation(name, {}, context);
    await createAugmentation('copy-paste', { donors: 7 }, context);
    expect(asked).toEqual([32, 7]);
  });

  test('that is unknown lists the right ones', async () => {
    const { context } = contextOf();
    await expect(createAugmentation('toString' as 'flip', {}, context)).rejects.toThrow(
      new RangeError(
        "`createAugmentation`: there is no augmentation 'toString'; there are lesion-crop, flip, affine, elastic, intensity, gamma, bias-field, blur, low-resolution, copy-paste.",
      ),
    );
  });

  test('with an option out of range says so', async () => {
    const { context } = contextOf();
    await expect(createAugmentation('flip', { vertical: 2 }, context)).rejects.toThrow(
      /`randomFlip`: `vertical` must be from 0 to 1, got 2/,
    );
  });
});

test('a specification of one’s own gets its options and may ask for donors', async () => {
  const { asked, context } = contextOf();
  const spec: AugmentationSpec<{ readonly rows: boolean }> = {
    async create({ rows }, { donors }) {
      await donors(2);
      return (one) => (rows ? flipVertical(one) : one);
    },
  };
  const transform = await createAugmentation(spec, { rows: true }, context);
  expect(drawn(transform)).toEqual(drawn(flipVertical));
  expect(asked).toEqual([2]);
});
