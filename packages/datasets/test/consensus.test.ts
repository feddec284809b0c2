import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { readImage, writeImage } from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  type ConsensusName,
  consensuses,
  datasets,
  loadManifest,
  majorityVote,
  type PrepareOptions,
  prepareDataset,
  staple,
  stapleLabels,
} from '../src/index.ts';
import { writeMask, writeNoise } from './make-images.ts';

interface Golden {
  readonly name: string;
  readonly shape: number[];
  /** A digit a voxel. */
  readonly masks: readonly string[];
  readonly voted: string;
  readonly staple: readonly {
    readonly label: number;
    readonly probabilities: readonly number[];
    readonly sensitivity: readonly number[];
    readonly specificity: readonly number[];
  }[];
}

// SimpleITK's: tools/fixtures/datasets/generate_consensus.py
const { cases } = JSON.parse(
  readFileSync(new URL('fixtures/consensus.json', import.meta.url), 'utf8'),
) as { cases: Golden[] };

const labelsOf = (digits: string, shape: number[]) =>
  ndarray(Uint8Array.from(digits, Number), shape);

const masksOf = ({ masks, shape }: Golden) => masks.map((digits) => labelsOf(digits, shape));

const row = (...labels: number[]) => ndarray(Uint8Array.from(labels), [labels.length]);

describe.each(cases)('$name', (golden) => {
  it('has the majority that SimpleITK finds', () => {
    const { data, shape } = majorityVote(masksOf(golden));
    expect(shape).toEqual(golden.shape);
    expect([...data].join('')).toBe(golden.voted);
  });

  it('has the probabilities and the performance of readers of SimpleITK’s STAPLE, to 1e-5', () => {
    for (const { label, probabilities, sensitivity, specificity } of golden.staple) {
      const found = staple(masksOf(golden), { label });
      expect(found.probabilities.shape).toEqual(golden.shape);
      expect(found.probabilities.data).toBeAllclose(probabilities, { atol: 1e-5, rtol: 0 });
      expect(found.readers.map((one) => one.sensitivity)).toBeAllclose(sensitivity, {
        atol: 1e-5,
        rtol: 0,
      });
      expect(found.readers.map((one) => one.specificity)).toBeAllclose(specificity, {
        atol: 1e-5,
        rtol: 0,
      });
    }
  });

  it('takes the most probable label of SimpleITK’s STAPLE, if it is above one half', () => {
    const expected = golden.voted.split('').map((_, i) => {
      const likely = golden.staple.filter(({ probabilities }) => probabilities[i]! > 0.5);
      likely.sort((a, b) => b.probabilities[i]! - a.probabilities[i]!);
      return likely[0]?.label ?? 0;
    });
    expect([...stapleLabels(masksOf(golden)).data]).toEqual(expected);
  });
});

describe('a consensus', () => {
  /** Masks of some readers who see labels 0 to 2 at random. */
  const random = (readers: number, seed: string) =>
    Array.from({ length: readers }, (_, reader) =>
      ndarray(
        Uint8Array.from(uniform(`${seed} ${reader}`, 60), (u) => Math.floor(3 * u)),
        [3, 4, 5],
      ),
    );

  it('is background where as many readers say one thing as another', () => {
    expect([...majorityVote([row(1, 1, 0, 2), row(1, 0, 0, 1)]).data]).toEqual([1, 0, 0, 0]);
    const five = [row(1, 1), row(1, 1), row(0, 0), row(0, 2), row(2, 2)];
    expect([...majorityVote(five).data]).toEqual([0, 0]);
    // Readers who contradict one another leave a probability of one half everywhere.
    expect([...staple([row(1, 0), row(0, 1)]).probabilities.data]).toEqual([0.5, 0.5]);
    expect([...stapleLabels([row(1, 0), row(0, 1)]).data]).toEqual([0, 0]);
    // More than any other, if less than half.
    expect([...majorityVote([row(1), row(1), row(0), row(2)]).data]).toEqual([1]);
  });

  it.each(Object.entries(consensuses))(
    '%s of readers who agree is what they say, and their order means nothing',
    (_, consensus) => {
      const [one] = random(1, 'alone');
      for (const count of [1, 2, 5]) {
        expect([...consensus(new Array(count).fill(one)).data]).toEqual([...one!.data]);
      }
      const empty = ndarray(new Uint8Array(60), [3, 4, 5]);
      const full = ndarray(new Uint8Array(60).fill(1), [3, 4, 5]);
      expect([...consensus([empty, empty]).data]).toEqual([...empty.data]);
      expect([...consensus([full, full, full]).data]).toEqual([...full.data]);
      const readers = random(4, 'some');
      expect([...consensus([...readers].reverse()).data]).toEqual([...consensus(readers).data]);
    },
  );

  it('reads masks of any stride', () => {
    const readers = random(3, 'turned');
    const turned = readers.map((mask) => {
      const { data, shape } = mask.transpose(2, 0, 1) as NdArray<Uint8Array>;
      const copy = new Uint8Array(data.length + 1);
      const view = ndarray(copy, [5, 3, 4], [-12, 4, 1], 48);
      for (let z = 0; z < shape[0]!; z++) {
        for (let y = 0; y < 3; y++)
          for (let x = 0; x < 4; x++) view.set(z, y, x, mask.get(y, x, z));
      }
      return view.transpose(1, 2, 0) as NdArray<Uint8Array>;
    });
    for (const consensus of [majorityVote, stapleLabels]) {
      expect([...consensus(turned).data]).toEqual([...consensus(readers).data]);
    }
  });

  it('by STAPLE solves the equations of the paper, voxel by voxel', () => {
    const masks = random(4, 'equations').map(({ data }) => data);
    const { probabilities, readers } = staple(masks.map((mask) => row(...mask)));
    const weights = [...probabilities.data];
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
    const prior = mean(masks.map((mask) => mean([...mask].map((label) => Number(label === 1)))));
    const product = (factor: (reader: number) => number) =>
      masks.reduce((all, _, reader) => all * factor(reader), 1);
    const marks = (reader: number, voxel: number) => masks[reader]![voxel] === 1;
    for (const [reader, { sensitivity, specificity }] of readers.entries()) {
      const share = (of: (voxel: number) => number, isMarked: boolean) => {
        const counted = weights.map((_, voxel) => of(voxel));
        const marked = counted.map((value, voxel) =>
          marks(reader, voxel) === isMarked ? value : 0,
        );
        return mean(marked) / mean(counted);
      };
      expect(sensitivity).toBeCloseTo(
        share((voxel) => weights[voxel]!, true),
        8,
      );
      expect(specificity).toBeCloseTo(
        share((voxel) => 1 - weights[voxel]!, false),
        8,
      );
    }
    for (const [voxel, weight] of weights.entries()) {
      const inside = product((reader) => {
        const { sensitivity } = readers[reader]!;
        return marks(reader, voxel) ? sensitivity : 1 - sensitivity;
      });
      const outside = product((reader) => {
        const { specificity } = readers[reader]!;
        return marks(reader, voxel) ? 1 - specificity : specificity;
      });
      expect(weight).toBeCloseTo((prior * inside) / (prior * inside + (1 - prior) * outside), 8);
    }
  });

  it('refuses masks of several shapes, none, and options out of range', () => {
    expect(() => majorityVote([])).toThrow('must get at least one mask');
    expect(() => stapleLabels([row(1), row(1, 0)])).toThrow('one shape, got [1] and [2]');
    expect(() => staple([row(1)], { label: 256 })).toThrow('label must be');
    expect(() => staple([row(1)], { iterations: 0 })).toThrow('iterations must be');
  });
});

describe('masks of several readers of a data set', () => {
  async function readers(numbers: readonly number[]): Promise<string> {
    const folder = temporaryFolder();
    await writeNoise(join(folder, 'images/a.png'), 'a', [4, 4, 5]);
    for (const [i, number] of numbers.entries()) {
      const path = join(folder, `reader${i}/a.png`);
      await writeMask(path, [4, 4 + i, 4]);
      const { pixels } = await readImage(path);
      const labels = pixels.data.map((value) => (value === 0 ? 0 : number)) as Uint8Array;
      await writeImage(path, ndarray(labels, pixels.shape.slice(0, 2)));
    }
    return folder;
  }

  async function prepared(folder: string, options: PrepareOptions) {
    const output = join(temporaryFolder(), 'prepared');
    const patterns = { image: 'images/{id}.png', mask: 'reader*/{id}.png' };
    await prepareDataset(datasets['image-folders'], folder, output, { ...patterns, ...options });
    const [item] = await loadManifest(join(output, 'manifest.jsonl'));
    const { pixels } = await readImage(join(output, item!.mask!));
    return [item!.area, Math.max(...pixels.data)];
  }

  it.each<[ConsensusName | undefined, readonly number[], readonly number[]]>([
    // Squares of 4 × 4, each a column further.
    [undefined, [255, 255, 255], [24, 255]],
    ['union', [1, 1, 1], [24, 1]],
    ['majority', [255, 255, 255], [16, 255]],
    ['majority', [1, 255, 255], [16, 255]],
    ['majority', [1, 1, 1], [16, 1]],
    ['staple', [255, 1, 255], [16, 255]],
    // Classes, which 1 and 2 are, have no majority where they meet.
    ['majority', [1, 1, 2], [12, 1]],
  ])('become one by %s, marked as %j', async (consensus, numbers, expected) => {
    expect(await prepared(await readers(numbers), { consensus })).toEqual(expected);
  });

  it('become one by a rule of the caller’s own', async () => {
    const common: PrepareOptions['consensus'] = (masks) =>
      ndarray(
        masks[0]!.data.map((_, i) => Math.min(...masks.map(({ data }) => data[i]!))),
        masks[0]!.shape,
      );
    expect(await prepared(await readers([255, 255, 255]), { consensus: common })).toEqual([8, 255]);
  });
});
