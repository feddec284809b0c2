import type { Normalization } from '@sts-net/inference';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  createOnlineAmplifier,
  listSlices,
  type OnlineAugmentation,
  type TrainingCase,
} from '../src/index.ts';

const size = 8;

/** A case of slices of 8 × 8 pixels; `lesions` says which have one, of 2 × 2 pixels. */
function caseOf(id: string, lesions: readonly boolean[], scale = 1): TrainingCase {
  const normalization: Normalization = [1, 2].map((offset) => ({
    scale,
    offset,
    low: -20,
    high: 60,
    keepsZero: true,
  }));
  const samples = lesions.map((hasLesion, index) => {
    const mask = ndarray(new Uint8Array(size * size), [size, size]);
    const image = ndarray(new Float32Array(2 * size * size).fill(10), [size, size, 2]);
    if (hasLesion) {
      for (const row of [3, 4]) {
        for (const column of [2, 3]) {
          mask.set(row, column, 1);
          image.set(row, column, 0, 50);
        }
      }
    }
    return { id: `${id}_${index}`, group: id, image, mask };
  });
  return { id, group: id, load: async () => ({ samples, normalization }) };
}

const cases = [caseOf('a', [false, true]), caseOf('b', [true], 2), caseOf('c', [false])];

describe('listSlices', () => {
  it('lists every slice with its lesion’s area', async () => {
    const slices = await listSlices(cases);
    expect(slices.map(({ one, index, lesionArea }) => [one.id, index, lesionArea])).toEqual([
      ['a', 0, 0],
      ['a', 1, 4],
      ['b', 0, 4],
      ['c', 0, 0],
    ]);
    expect(slices[0]).toMatchObject({ rows: size, columns: size });
  });
});

describe('createOnlineAmplifier', () => {
  const drawn = async (one: TrainingCase) => {
    const { samples, normalization } = await one.load();
    return { sample: samples[0]!, normalization };
  };
  const amplifier = async (online: readonly OnlineAugmentation[], of = cases, seed = 1) =>
    createOnlineAmplifier(online, await listSlices(of), seed);

  it('leaves samples alone where there is nothing to do', async () => {
    const change = await amplifier([]);
    const one = await drawn(cases[0]!);
    expect(change(one, 0)).toBe(one);
  });

  it('hands over what the network sees, all channels scaled, and says so', async () => {
    const seen: number[][] = [];
    const spec = {
      create: () => (sample: Awaited<ReturnType<typeof drawn>>['sample']) => {
        seen.push([
          sample.image.get(0, 0, 0),
          sample.image.get(3, 2, 0),
          sample.image.get(7, 7, 1),
        ]);
        return sample;
      },
    };
    const change = await amplifier([{ name: spec, probability: 1 }]);
    const { normalization, sample } = change(await drawn(cases[1]!), 0);
    expect(seen).toEqual([[20, 100, 20]]);
    const scaled = { scale: 1, low: -40, high: 120, keepsZero: true };
    expect(normalization).toEqual([1, 2].map((offset) => ({ ...scaled, offset })));
    expect(sample.id).toBe('b_0');
  });

  it('applies in turn, as often as it is told, by seed, sample and pass alone', async () => {
    const online = [{ name: 'flip', probability: 0.5, horizontal: 1, vertical: 0 }] as const;
    const change = await amplifier(online);
    const again = await amplifier(online);
    const one = await drawn(cases[1]!);
    const flipped = (by: typeof change, pass: number) => by(one, pass).sample.mask.get(3, 2) === 0;
    const passes = Array.from({ length: 200 }, (_, pass) => pass);
    const count = passes.filter((pass) => flipped(change, pass)).length;
    expect(Math.abs(count - 100)).toBeLessThan(35);
    expect(passes.map((pass) => flipped(again, pass)).join()).toBe(
      passes.map((pass) => flipped(change, pass)).join(),
    );
    const other = await amplifier(online, cases, 2);
    expect(passes.some((pass) => flipped(other, pass) !== flipped(change, pass))).toBe(true);
  });

  it('asks for donors of slices that have a lesion, scaled as the network sees them', async () => {
    const donors: { id: string; bright: number }[][] = [];
    const spec = {
      async create(_: object, context: { donors(count: number): Promise<readonly never[]> }) {
        for (const count of [1, 5]) {
          const found = (await context.donors(count)) as unknown as Awaited<
            ReturnType<typeof drawn>
          >['sample'][];
          donors.push(found.map(({ id, image }) => ({ id, bright: image.get(3, 2, 0) })));
        }
        return (sample: never) => sample;
      },
    };
    await amplifier([{ name: spec as never, probability: 1 }]);
    expect(donors[0]).toHaveLength(1);
    expect(donors[1]!.sort((x, y) => x.id.localeCompare(y.id))).toEqual([
      { id: 'a_1', bright: 50 },
      { id: 'b_0', bright: 100 },
    ]);
  });

  it.each([true, false])('says whether 0 stays 0 as the network sees it: %s', async (keepsZero) => {
    const bright = { name: 'intensity', probability: 1, brightness: [1, 1] } as const;
    const one = await drawn(cases[0]!);
    const image = ndarray(new Float32Array(2 * size * size).fill(10), [size, size, 2]);
    for (let row = 0; row < size; row++) image.set(row, 0, 0, 0);
    const normalization = one.normalization.map((map) => ({ ...map, keepsZero }));
    const change = await amplifier([bright]);
    const { sample } = change({ sample: { ...one.sample, image }, normalization }, 0);
    expect(sample.image.get(5, 0, 0) === 0).toBe(keepsZero);
    expect(sample.image.get(5, 0, 1)).not.toBe(0);
  });

  it('refuses to copy lesions where fewer than two groups have any', async () => {
    const online = [{ name: 'copy-paste', probability: 1 }] as const;
    await expect(amplifier(online, [cases[0]!, cases[2]!])).rejects.toThrow(
      '"copy-paste" needs training lesions of at least 2 groups, got 1',
    );
  });
});
