import { describe, expect, test } from 'vitest';
import { type PaperProtocol, paperProtocol } from '../src/index.ts';
import { type Case, cases, reference } from './reference.ts';

const expected = reference('protocol');

function slices({ prediction, truth }: Case): [string, Uint8Array, Uint8Array][] {
  const [depth, height, width] = truth.shape as [number, number, number];
  return Array.from({ length: depth }, (_, z) => {
    const [from, to] = [z * height * width, (z + 1) * height * width];
    return [`slice ${z}`, prediction.data.subarray(from, to), truth.data.subarray(from, to)];
  });
}

function added(images: readonly [string, Uint8Array, Uint8Array][]): PaperProtocol {
  const protocol = paperProtocol();
  for (const [id, prediction, truth] of images) protocol.add(prediction, truth, id);
  return protocol;
}

describe.each([...expected.keys()])(
  'equal to the protocol in NumPy on the slices of %s',
  (name) => {
    const result = added(slices(cases.get(name)!)).result();
    const { name: _, images, ...scores } = expected.get(name);

    test('images that the rules for empty masks touched', () => {
      expect(result.images).toEqual(images);
      expect(result.cases.length).toBe(images.total);
    });

    test.each(['paper', 'foreground', 'pooled'] as const)('%s', (part) => {
      expect(Object.keys(result[part])).toEqual(Object.keys(scores[part]));
      expect(Object.values(result[part])).toBeAllclose(Object.values(scores[part]), {
        rtol: 1e-12,
        atol: 1e-12,
      });
      expect(Object.values(result.floor[part])).toBeAllclose(Object.values(scores.floor[part]), {
        rtol: 1e-12,
        atol: 1e-12,
      });
    });

    test('number of images counted', () => {
      expect(result.counted).toBe(scores.counted);
      expect(result.floor.counted).toBe(scores.floor.counted);
    });
  },
);

describe('by hand', () => {
  test('one image: background and foreground each have their epsilon', () => {
    const { paper, foreground, pooled } = paperProtocol().add([1, 1, 0, 0], [1, 0, 0, 1]).result();
    expect(paper.mIoU).toBeCloseTo((1 / (3 + 1e-6) + 1 / (3 + 1e-6)) / 2, 15);
    expect(paper.mDice).toBeCloseTo(2 / (4 + 1e-6), 15);
    expect(paper.jaccard).toBe(1 / (3 + 1e-5));
    expect(paper.recall).toBe(1 / (2 + 1e-5));
    expect(paper.precision).toBe(1 / (2 + 1e-5));
    expect(foreground).toEqual({ dice: 0.5, iou: 1 / 3, precision: 0.5, recall: 0.5 });
    expect(pooled).toEqual(foreground);
  });

  test('a both-empty image is skipped, a false alarm scores 0/0/0, a miss has precision 0', () => {
    const result = paperProtocol()
      .add([0, 0, 0, 0], [0, 0, 0, 0])
      .add([0, 1, 0, 0], [0, 0, 0, 0])
      .add([0, 0, 0, 0], [1, 0, 0, 0])
      .result();
    expect(result.images).toEqual({ total: 3, skipped: 1, emptyTruth: 1, emptyPrediction: 1 });
    expect(result.counted).toBe(2);
    expect(result.paper).toMatchObject({ jaccard: 0, recall: 0, precision: 0 });
    expect(result.paper.mIoU).toBeCloseTo(3 / 4 / 2, 6);
    expect(result.paper.validationMIoU).toBeCloseTo((1 + 0.75 / 2 + 0.75 / 2) / 3, 6);
    expect(result.foreground).toEqual({ dice: 0, iou: 0, precision: 0, recall: 0 });
  });

  test('an all-background prediction on small lesions scores about 0.5 mDice, 0 foreground', () => {
    const truth = new Uint8Array(10_000).fill(1, 0, 20);
    const result = paperProtocol().add(new Uint8Array(10_000), truth).result();
    expect(result.paper.mDice).toBeCloseTo(0.5, 2);
    expect(result.paper.mIoU).toBeCloseTo(0.5, 2);
    expect(result.foreground.dice).toBe(0);
    expect(result.pooled.dice).toBe(0);
    const { floor, images: _, cases: __, ...scores } = result;
    expect(floor).toEqual(scores);
  });

  test('without a counted image the means are NaN, not a number that looks like a score', () => {
    const { paper, foreground, pooled, counted } = paperProtocol().add([0], [0]).result();
    expect(counted).toBe(0);
    expect(paper.mDice).toBe(Number.NaN);
    expect(paper.validationMIoU).toBeCloseTo(1, 5);
    expect(foreground.dice).toBe(Number.NaN);
    expect(pooled.dice).toBe(Number.NaN);
  });
});

describe('merging', () => {
  const images = slices(cases.get('Open MS patient 26')!);
  const whole = added(images).result();
  const shards = [images.slice(0, 31), images.slice(31, 40), images.slice(40)].map(added);

  test('shards in any order, through JSON, give the whole to the last bit', () => {
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      const merged = paperProtocol();
      for (const k of order) merged.merge(JSON.parse(JSON.stringify(shards[k])));
      expect(merged.result()).toEqual(whole);
    }
    const nested = paperProtocol(shards[1]!.toJSON()).merge(paperProtocol().merge(shards[2]!));
    expect(nested.merge(shards[0]!).result()).toEqual(whole);
  });

  test('unnamed images merge in any order too', () => {
    const unnamed = images.map(([, p, t]) => paperProtocol().add(p, t));
    const forth = paperProtocol();
    const back = paperProtocol();
    for (const one of unnamed) forth.merge(one);
    for (const one of unnamed.reverse()) back.merge(one);
    expect(forth.result()).toEqual(back.result());
  });

  test('an image counted twice is refused and nothing of its shard is taken', () => {
    const merged = paperProtocol().merge(shards[0]!);
    const before = merged.result();
    expect(() => merged.merge(added([...images.slice(31, 33), images[30]!]))).toThrow(
      /each case must be counted once, got "slice 30" twice/,
    );
    expect(merged.result()).toEqual(before);
    expect(() => merged.add([0], [0], 'slice 0')).toThrow(/got "slice 0" twice/);
  });

  test('a state that is not a protocol is refused', () => {
    expect(() => paperProtocol({} as never)).toThrow(
      /must be what its `toJSON` gave, got one of undefined/,
    );
    expect(() => paperProtocol(null as never)).toThrow(
      /must be what its `toJSON` gave, got one of undefined/,
    );
    const bad = {
      kind: 'paperProtocol',
      settings: null,
      cases: [{ id: 'a', tp: 1, fp: -1, fn: 0, tn: 0 }],
    };
    expect(() => paperProtocol(bad as never)).toThrow(/must hold whole cases, got \{"id":"a"/);
  });
});

test('bad input names the protocol and the image', () => {
  expect(() => paperProtocol().add([0, 2], [0, 1], 'brain 3')).toThrow(
    /`paperProtocol`, case "brain 3": labels must be below 2/,
  );
});
