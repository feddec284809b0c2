import { uniform } from '@sts-net/testing';
import { createVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  ensemble,
  inMemory,
  type Member,
  type Predictor,
  predictMembers,
  predictVolume,
  softmax,
} from '../src/index.ts';

/** Says of three classes what the middle channel, its left neighbour and a number of its own make of them. */
function reader(own: number, classes = 3): Predictor {
  return {
    channels: 3,
    classes,
    async predict(images, [batch, height, width]) {
      const logits = new Float32Array(batch * height * width * classes);
      for (let i = 0; i < batch * height * width; i++) {
        const left = i % width === 0 ? 0 : images[3 * (i - 1) + 1]!;
        const here = images[3 * i + 1]!;
        const below = images[3 * i]!;
        for (let c = 0; c < classes; c++)
          logits[classes * i + c] = own * c * here - c * left + below;
        logits[classes * i] = 4 * below * own;
      }
      return softmax(logits, classes);
    },
  };
}

const image = createVolume(ndarray(uniform('volume', 6 * 8 * 7), [6, 8, 7]), {
  spacing: [1.5, 1, 1],
});
const window = { name: 'window', low: 0, high: 1 } as const;
const coarse = { normalization: window, spacing: { inPlane: [1.6, 1.3] as const } };
const one: Member = { predictor: reader(3), preprocessing: { normalization: window } };
const other: Member = { predictor: reader(7), preprocessing: coarse };

const probabilitiesOf = async ({ predictor, preprocessing }: Member) => {
  const said = await predictVolume(predictor, image, { preprocessing });
  return [0, 1, 2].map((c) => said.probabilities(c).voxels.data);
};
const meanOf = (members: readonly (readonly Float32Array[])[]) =>
  [0, 1, 2].map((c) =>
    Float64Array.from(
      members[0]![c]!,
      (_, i) => members.reduce((sum, own) => sum + own[c]![i]!, 0) / members.length,
    ),
  );
/** −Σ p log p to the base of the number of classes, voxel by voxel. */
const entropiesOf = (classes: readonly ArrayLike<number>[]) =>
  Array.from(
    classes[0]!,
    (_, i) =>
      classes.reduce((sum, own) => sum - (own[i]! > 0 ? own[i]! * Math.log(own[i]!) : 0), 0) /
      Math.log(classes.length),
  );

describe('predictMembers', () => {
  it('averages networks of different preprocessing on the own grid', async () => {
    const members = await Promise.all([one, other].map(probabilitiesOf));
    const mean = meanOf(members);
    const said = await predictMembers([one, other], image);
    for (const c of [0, 1, 2]) {
      expect([...said.probabilities(c).voxels.data]).toBeAllclose([...mean[c]!], { atol: 1e-6 });
    }
    expect(said.members).toBe(2);
    const labels = said.labels().voxels.data;
    for (const [i, label] of labels.entries()) {
      for (const c of [0, 1, 2]) {
        expect(mean[label]![i]!).toBeGreaterThanOrEqual(mean[c]![i]! - 1e-6);
      }
    }
    expect(new Set(labels).size).toBeGreaterThan(1);
  });

  it('tells entropy and mutual information of them', async () => {
    const members = await Promise.all([one, other].map(probabilitiesOf));
    const entropy = entropiesOf(meanOf(members));
    const own = members.map(entropiesOf);
    const said = await predictMembers([one, other], image);
    expect([...said.uncertainty('entropy').voxels.data]).toBeAllclose(entropy, { atol: 1e-5 });
    expect([...said.uncertainty('disagreement').voxels.data]).toBeAllclose(
      entropy.map((both, i) => both - (own[0]![i]! + own[1]![i]!) / 2),
      { atol: 1e-5 },
    );
  });

  it('counts each network of an ensemble alike, whichever see the same images', async () => {
    const third: Member = { ...one, predictor: reader(5) };
    const members = await Promise.all([one, third, other].map(probabilitiesOf));
    const together = { ...one, predictor: ensemble([one.predictor, third.predictor]) };
    const said = await predictMembers([together, other], image);
    const mean = meanOf(members);
    expect([...said.probabilities(2).voxels.data]).toBeAllclose([...mean[2]!], { atol: 1e-6 });
    const own = members.map(entropiesOf);
    expect([...said.uncertainty('disagreement').voxels.data]).toBeAllclose(
      entropiesOf(mean).map((both, i) => both - (own[0]![i]! + own[1]![i]! + own[2]![i]!) / 3),
      { atol: 1e-5 },
    );
  });

  it('is 0 in disagreement of networks that say the same, and 1 of those sure of different classes', async () => {
    const sure = (label: number): Member => ({
      predictor: {
        channels: 3,
        classes: 2,
        predict: async (images) =>
          Float32Array.from({ length: (2 * images.length) / 3 }, (_, i) => Number(i % 2 === label)),
      },
      preprocessing: { normalization: window },
    });
    const opposite = await predictMembers([sure(0), sure(1)], image);
    expect(
      opposite.uncertainty('disagreement').voxels.data.every((v) => Math.abs(v - 1) < 1e-6),
    ).toBe(true);
    const alike = await predictMembers([one, { ...one }], image);
    expect(Math.max(...alike.uncertainty('disagreement').voxels.data)).toBeLessThan(1e-6);
    const alone = await predictMembers([one], image);
    expect(() => alone.uncertainty('disagreement')).toThrow(/must be of several networks/);
  });

  it('along all axes is the mean of what each axis says', async () => {
    for (const { predictor, preprocessing } of [one, other]) {
      const cuts = ([0, 1, 2] as const).map((axis) => ({
        predictor,
        preprocessing: { ...preprocessing, axis },
      }));
      const mean = meanOf(await Promise.all(cuts.map(probabilitiesOf)));
      const said = await predictMembers([{ predictor, preprocessing }], image, { axes: true });
      expect(said.members).toBe(3);
      for (const c of [0, 1, 2]) {
        expect([...said.probabilities(c).voxels.data]).toBeAllclose([...mean[c]!], { atol: 1e-6 });
      }
    }
  });

  it('refuses to cut a 2-D image, a stack of thick slices, or an unknown grid along all axes', async () => {
    const along = (spacing: readonly [number, number, number], preprocessing = {}, flat = false) =>
      predictMembers(
        [{ ...one, preprocessing: { normalization: window, ...preprocessing } }],
        createVolume(image.voxels, { spacing }),
        { axes: true, flat, id: 'p1' },
      );
    await expect(along([1, 1, 1], {}, true)).rejects.toThrow(/'p1': must be a volume .* 2-D image/);
    await expect(along([5, 1, 1])).rejects.toThrow(
      /'p1': along axis 1 its pixels would be 5 × 1 mm, more than 3 times as long as wide/,
    );
    await expect(along([3, 1, 1])).resolves.toBeDefined();
    await expect(along([5, 1, 1], { spacing: { inPlane: [1, 1] } })).resolves.toBeDefined();
    await expect(along([1, 1, 1], { size: [40, 8] })).rejects.toThrow(/more than 3 times/);
  });

  it('gives its room back, also where a network fails', async () => {
    let open = 0;
    const store: typeof inMemory = (count) => {
      const numbers = inMemory(count);
      open++;
      return {
        ...numbers,
        release() {
          open--;
          numbers.release();
        },
      };
    };
    const said = await predictMembers([one, other], image, { store });
    expect(open).toBe(2);
    said.release();
    expect(open).toBe(0);
    const failing = {
      ...other,
      predictor: { ...other.predictor, predict: () => Promise.reject(new Error('no')) },
    };
    await expect(predictMembers([one, failing], image, { store })).rejects.toThrow('no');
    expect(open).toBe(0);
  });

  it('refuses networks that tell different classes, and none', async () => {
    const two = { ...one, predictor: reader(3, 2) };
    await expect(predictMembers([one, two], image)).rejects.toThrow(/got 3 and 2/);
    await expect(predictMembers([], image)).rejects.toThrow(/at least one network/);
  });
});
