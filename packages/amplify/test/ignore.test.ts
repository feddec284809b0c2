import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  amplifiedCopy,
  amplify,
  copyNames,
  copyPaste,
  dilate,
  firstLesion,
  lesionArea,
  lesionCrop,
  lesionStatistics,
  randomAffine,
  randomFlip,
  type Sample,
  sampleRandom,
  type Transform,
} from '../src/index.ts';
import { elements, sampleOf, square } from './samples.ts';

const height = 60;
const width = 80;
/** A lesion, and beside it and far from it what nothing counts on. */
const lesion = square(24, 30, 9);
const isIgnored = (row: number, column: number) =>
  square(20, 39, 14)(row, column) || square(50, 2, 6)(row, column);

function sampleWith(ignore: number | undefined, label = 255): Sample {
  const sample = sampleOf(height, width, 2, lesion);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (isIgnored(row, column)) sample.mask.set(row, column, label);
    }
  }
  return { ...sample, ...(ignore !== undefined && { ignore }) };
}

const marked = sampleWith(255);
/** The same with background there. */
const plain = sampleWith(undefined, 0);
const counting = (mask: Sample['mask']) =>
  elements(mask).map((label) => (label === 255 ? 0 : label));

describe('pixels on which nothing counts', () => {
  test('are no lesion in areas, statistics and the first lesion', () => {
    expect(lesionArea(marked.mask, 255)).toBe(81);
    expect(lesionStatistics([marked.mask, plain.mask], 255)).toEqual(
      lesionStatistics([plain.mask, plain.mask]),
    );
    expect(firstLesion(marked.mask, 255)).toEqual(firstLesion(plain.mask));
    // Which no label is unless it is said: masks of 0 and 255 are lesions.
    expect(lesionArea(marked.mask)).toBe(81 + 14 * 14 + 36);
  });

  test('neither grow nor are grown over', () => {
    const grown = dilate(marked.mask, 255);
    const expected = elements(dilate(plain.mask)).map((label, i) =>
      isIgnored(Math.floor(i / width), i % width) ? 255 : label,
    );
    expect(elements(grown)).toEqual(expected);
  });

  const transforms: [string, Transform][] = [
    ['randomFlip', randomFlip()],
    ['randomAffine', randomAffine({ rotation: [-40, 40], scale: [0.7, 1.4] })],
    ['lesionCrop', lesionCrop()],
  ];
  test.each(transforms)(
    'go with the image in %s, which does what it does without them',
    (_, of) => {
      for (let seed = 0; seed < 10; seed++) {
        const random = () => sampleRandom(seed, 'x');
        const [one, other] = [of(marked, random()), of(plain, random())];
        expect(counting(one.mask)).toEqual(elements(other.mask));
        expect(elements(one.image)).toEqual(elements(other.image));
        expect(one.ignore).toBe(255);
      }
      const { mask } = of(marked, sampleRandom(1, 'x'));
      expect(elements(mask)).toContain(255);
    },
  );

  test('do not change which copies method 4 makes, nor where they are cut out', () => {
    const options = { method: 4 } as const;
    const of = (sample: Sample) => [...amplify(sample, options)].map(({ id }) => id);
    expect(of(marked)).toEqual(of(plain));
    for (const name of copyNames(options)) {
      const [one, other] = [marked, plain].map((sample) => amplifiedCopy(sample, name, options)!);
      expect(one!.box).toEqual(other!.box);
      expect(elements(one!.image)).toEqual(elements(other!.image));
      const [masks, others] = [elements(one!.mask), elements(other!.mask)];
      expect(masks.filter((label, i) => label !== 255 && label !== others[i])).toEqual([]);
      expect(one!.ignore).toBe(255);
    }
    // All but the lesion ignored is no large lesion.
    const rest = ndarray(
      Uint8Array.from(elements(plain.mask), (label) => (label === 0 ? 255 : label)),
      [height, width],
    );
    expect(of({ ...marked, mask: rest })).toEqual(of(plain));
  });

  test('are not copied with a lesion, and no lesion is copied onto them', () => {
    const paste = copyPaste({ donors: [{ ...marked, group: 'another' }] });
    const bare = (label: (row: number) => number) => {
      const mask = ndarray(new Uint8Array(height * width), [height, width]);
      for (let i = 0; i < height * width; i++) mask.data[i] = label(Math.floor(i / width));
      return { ...marked, mask };
    };
    let pasted = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { mask } = paste(
        bare((row) => (row < 30 ? 255 : 0)),
        sampleRandom(seed, 'x'),
      );
      const labels = elements(mask);
      expect(labels.slice(0, 30 * width).every((label) => label === 255)).toBe(true);
      expect(labels.slice(30 * width)).not.toContain(255);
      if (labels.includes(1)) {
        pasted++;
        expect(lesionArea(mask, 255)).toBe(81);
      }
    }
    expect(pasted).toBeGreaterThan(0);
    const ignored = bare(() => 255);
    expect(paste(ignored, sampleRandom(0, 'x'))).toBe(ignored);
  });
});
