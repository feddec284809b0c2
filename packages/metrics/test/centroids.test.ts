import { readFileSync } from 'node:fs';
import { mulberry32, signed, uniform } from '@sts-net/testing';
import { describe, expect, test } from 'vitest';
import { decodeCentroids, encodeCentroids } from '../src/centroids/index.ts';

// Numbers of the authors' code; its peaks by the rules of scikit-image 0.16 and 0.17.
const reference = JSON.parse(
  readFileSync(new URL('./fixtures/centroids.json', import.meta.url), 'utf8'),
);
const [height, width]: [number, number] = [reference.H, reference.W];
const maxDistance: number = reference.max_dist;
const pixels = height * width;

type Drawn = readonly ['ellipse' | 'rect', number, number, number, number, number];

/** Later objects cover earlier ones. */
function draw(list: readonly Drawn[]): { objects: Int32Array; classes: Int32Array } {
  const [objects, classes] = [new Int32Array(pixels), new Int32Array(pixels)];
  for (const [n, [kind, a, b, c, d, label]] of list.entries()) {
    for (let i = 0; i < pixels; i++) {
      const [row, column] = [Math.floor(i / width), i % width];
      const isInside =
        kind === 'ellipse'
          ? ((row - a) / c) ** 2 + ((column - b) / d) ** 2 < 1
          : row >= a && row < c && column >= b && column < d;
      if (!isInside) continue;
      objects[i] = n + 1;
      classes[i] = label;
    }
  }
  return { objects, classes };
}

const { objects, classes } = draw(reference.objects.list);
/** In pixels, row-major by channel. */
const channelsOf = (vectors: Float32Array, scale: number) =>
  [0, 1, 2, 3].map((axis) =>
    Array.from({ length: pixels }, (_, i) => vectors[4 * i + axis]! * scale),
  );
const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0);
const sumAbsolute = (values: readonly number[]) => sum(values.map(Math.abs));

/** The rule as it is written, pixel by pixel over all others. */
function obvious(ids: ArrayLike<number>, rows: number, columns: number, limit: number): number[] {
  const at = (r: number, c: number) =>
    r < 0 || c < 0 || r >= rows || c >= columns ? 0 : ids[r * columns + c]!;
  const places = Array.from({ length: rows * columns }, (_, i) => [
    Math.floor(i / columns),
    i % columns,
  ]) as [number, number][];
  const found = [...new Set(Array.from(ids))].filter((id) => id > 0).sort((a, b) => a - b);
  const all = found.map((id) => {
    const own = places.filter(([r, c]) => at(r, c) === id);
    const border = own.filter(([r, c]) => {
      const patch = (s: number) => [at(r, c), at(r, c + s), at(r + s, c), at(r + s, c + s)];
      return [1, -1].some((s) => new Set(patch(s)).size > 1);
    });
    const mean = (axis: 0 | 1) => sum(own.map((one) => one[axis])) / own.length;
    return { centroid: [mean(0), mean(1)] as const, border };
  });
  const nearest = <T>(list: readonly T[], distance: (one: T) => number): T =>
    list.reduce((best, one) => (distance(one) < distance(best) ? one : best));
  return places.flatMap(([r, c]) => {
    if (all.length === 0) return [0, 0, 0, 0];
    const own = nearest(all, ({ centroid }) => (centroid[0] - r) ** 2 + (centroid[1] - c) ** 2);
    const [y, x] = nearest(own.border, (one) => (one[0] - r) ** 2 + (one[1] - c) ** 2);
    if (Math.hypot(y - r, x - c) > limit) return [0, 0, 0, 0];
    return [own.centroid[0] - r, own.centroid[1] - c, y - r, x - c].map((one) => one / limit);
  });
}

describe('encodeCentroids', () => {
  test('golden: vectors to centroids and borders', () => {
    const golden = reference.vectors_max_dist_20;
    expect(reference.objects.pixels_per_id).toEqual(
      [1, 2, 3, 4, 5].map((id) => objects.filter((one) => one === id).length),
    );
    const channels = channelsOf(
      encodeCentroids(objects, [height, width], { maxDistance }),
      maxDistance,
    );
    expect(channels.map(sumAbsolute)).toBeAllclose(golden.sum_abs, { rtol: 1e-6 });
    const samples: [number, number, number, number][] =
      golden['samples [channel(dy,dx of centroid, dy,dx of border),row,col,value]'];
    expect(samples.map(([c, row, column]) => channels[c]![row * width + column]!)).toBeAllclose(
      samples.map(([, , , value]) => value),
      { atol: 1e-5 },
    );
    // None is farther than 20 from a border here: those without a vector to one are the border.
    const [, , down, right] = channels as [number[], number[], number[], number[]];
    expect(down.filter((one, i) => one === 0 && right[i] === 0)).toHaveLength(golden.zeroed_pixels);
    expect(sum(reference.border_pixels_per_id)).toBe(golden.zeroed_pixels);
  });

  test('golden: objects that boxes stand for', () => {
    const { 'boxes [y,x,ymin,ymax,xmin,xmax,class]': boxes, ...golden } = reference.encode_boxes;
    const list = (boxes as number[][]).map(([y, x, top, bottom, left, right, label]): Drawn => {
      const radius = (from: number, to: number) => Math.floor((to - from) / 2);
      return ['ellipse', y!, x!, radius(top!, bottom!), radius(left!, right!), label!];
    });
    const vectors = encodeCentroids(draw(list).objects, [height, width], { maxDistance });
    const channels = channelsOf(vectors, 1);
    expect(channels.map(sum)).toBeAllclose(golden.sum_per_channel.slice(0, 4), {
      rtol: 1e-4,
      atol: 1e-3,
    });
    expect(channels.map(sumAbsolute)).toBeAllclose(golden.sum_abs_per_channel.slice(0, 4), {
      rtol: 1e-5,
    });
  });

  test.each([
    [1, 9, 7, 3],
    [2, 1, 1, 1],
    [3, 12, 15, 5],
    [4, 6, 20, 0],
    [5, 20, 6, 8],
  ])('is as the rule says, pixel by pixel (%i)', (seed, rows, columns, count) => {
    const next = mulberry32(seed);
    const below = (n: number) => Math.floor(next() * n);
    const ids = new Int32Array(rows * columns);
    for (let id = 1; id <= count; id++) {
      const [top, left, tall, wide] = [below(rows), below(columns), 1 + below(5), 1 + below(5)];
      for (let r = top; r < Math.min(rows, top + tall); r++) {
        for (let c = left; c < Math.min(columns, left + wide); c++) ids[r * columns + c] = 2 * id;
      }
    }
    for (const limit of [3, 100]) {
      const vectors = encodeCentroids(ids, [rows, columns], { maxDistance: limit });
      expect(vectors).toBeAllclose(obvious(ids, rows, columns, limit), { atol: 1e-6 });
    }
  });

  test('an object that fills the image has its border at the edge', () => {
    const vectors = encodeCentroids(new Int32Array(9).fill(1), [3, 3], { maxDistance: 1 });
    expect(Array.from(vectors.slice(16, 20))).toEqual([0, 0, -1, 0]);
  });

  test('refuses other sizes and distances', () => {
    expect(() => encodeCentroids(objects, [height, width + 1])).toThrow(/the 40 × 57 pixels/);
    expect(() => encodeCentroids(objects, [height, width], { maxDistance: 0 })).toThrow(
      /`maxDistance` must be above 0, got 0/,
    );
  });
});

/** Settings, and what comes of them; keys as the reference has them. */
interface Decoded {
  readonly nm_window: number;
  readonly centroid_threshold: number;
  readonly border_threshold: number;
  readonly votes: readonly number[];
  readonly border_points_per_centroid: readonly number[];
  readonly border_votes_sum: number;
  readonly border_votes_max: number;
  readonly 'centroids [row,col]': readonly (readonly number[])[];
  readonly 'border_checksum_per_centroid (sum of row*W+col)': readonly number[];
  readonly 'circles [x,y,r,class,prob]': readonly (readonly number[])[];
}

describe('decodeCentroids', () => {
  const vectors = new Float64Array(4 * pixels);
  const logits = new Float64Array(3 * pixels);
  const encoded = encodeCentroids(objects, [height, width], { maxDistance });
  const [noise, drawn] = [uniform('noise', 4 * pixels), uniform('logits', 3 * pixels)];
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 4; c++) {
      vectors[4 * i + c] = encoded[4 * i + c]! + 0.03 * (2 * noise[c * pixels + i]! - 1);
    }
    for (let c = 0; c < 3; c++) {
      logits[3 * i + c] = drawn[c * pixels + i]! + 0.1 + (classes[i] === c ? 3 : 0);
    }
  }
  const maps = { vectors, logits, height, width };

  test.each(reference.decode as Decoded[])('golden: %o', (golden) => {
    const { objects: found, ...votes } = decodeCentroids(maps, {
      maxDistance,
      window: golden.nm_window,
      centroidThreshold: golden.centroid_threshold,
      borderThreshold: golden.border_threshold,
    });
    expect(found.map(({ row, column }) => [row, column])).toEqual(golden['centroids [row,col]']);
    expect(found.map((one) => one.votes)).toEqual(golden.votes);
    expect(found.map(({ border }) => border.length)).toEqual(golden.border_points_per_centroid);
    expect(found.map(({ border }) => sum(Array.from(border)))).toEqual(
      golden['border_checksum_per_centroid (sum of row*W+col)'],
    );
    const circles = found.map(({ row, column, radius, class: c }) => [column, row, radius, c]);
    const expected = golden['circles [x,y,r,class,prob]'];
    expect(circles).toEqual(expected.map((circle) => circle.slice(0, 4)));
    expect(found.map(({ probability }) => probability)).toBeAllclose(
      expected.map((circle) => circle[4]!),
      { atol: 1e-9 },
    );
    const image = reference.vote_image_before_decode;
    const all = Array.from(votes.centroidVotes);
    expect([sum(all), Math.max(...all), all.filter((one) => one > 0).length]).toEqual([
      ...[image.sum, image.max, image.nonzero],
    ]);
    const border = Array.from(votes.borderVotes);
    expect([sum(border), Math.max(...border)]).toEqual([
      ...[golden.border_votes_sum, golden.border_votes_max],
    ]);
  });

  test('softmax in place of shares, and pixels that belong by rounding', () => {
    const settings = { maxDistance, window: 7, centroidThreshold: 5 };
    const found = decodeCentroids(maps, {
      ...settings,
      probability: 'softmax',
      belonging: 'round',
    });
    const usual = decodeCentroids(maps, settings);
    for (const [i, one] of found.objects.entries()) {
      const at = 3 * (one.row * width + one.column);
      const powers = [0, 1, 2].map((c) => Math.exp(logits[at + c]!));
      expect(one.probability).toBeCloseTo(Math.max(...powers) / sum(powers), 12);
      // Every vote belongs to its centroid then.
      expect(one.border.length).toBeGreaterThan(usual.objects[i]!.border.length);
    }
  });

  test('what was encoded is found again, with its class, and its border round it', () => {
    const { objects: found } = decodeCentroids(
      { ...maps, vectors: encoded },
      { maxDistance, centroidThreshold: 20, belonging: 'round' },
    );
    expect(found.map((one) => one.class).sort()).toEqual([1, 1, 1, 2, 2]);
    for (const { radius, border } of found) {
      expect(border.length).toBeGreaterThan(8);
      expect(radius).toBeGreaterThan(1);
    }
  });

  test('an object to whose centroid no pixel belongs has no border', () => {
    const one = { height: 7, width: 7, vectors: new Float32Array(4 * 49), logits: signed('l', 98) };
    // All point half a pixel short of the middle, which truncation loses.
    for (let i = 0; i < 49; i++) {
      one.vectors[4 * i] = 3 - 0.4 - Math.floor(i / 7);
      one.vectors[4 * i + 1] = 3 - 0.4 - (i % 7);
    }
    const { objects: found } = decodeCentroids(one, { maxDistance: 1 });
    expect(found).toMatchObject([{ row: 3, column: 3, votes: 49, radius: null }]);
    expect(found[0]!.border).toHaveLength(0);
  });

  test('refuses maps of other sizes', () => {
    expect(() => decodeCentroids({ ...maps, width: 55 })).toThrow(/maps of 40 × 55 pixels/);
  });
});
