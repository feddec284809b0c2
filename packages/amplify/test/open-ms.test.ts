import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  dilate,
  firstLesion,
  minAreaRectangle,
  resizeBilinear,
  resizeNearest,
  type Size,
} from '../src/index.ts';

// Generator: tools/fixtures/amplify/generate_real.py
const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/open-ms.json', import.meta.url), 'utf8'),
);
const sizes = fixture.sizes as Size[];

function digest(...arrays: readonly (Float32Array | Uint16Array | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(array);
  return hash.digest('hex');
}

describe('a real image resized has the bits that OpenCV’s own code gives', () => {
  const { shape, image, largest, cases } = fixture.resizing as {
    shape: [number, number, number];
    image: string;
    largest: number;
    cases: { kind: string; channels: number; size: Size; digest: string }[];
  };
  const pixels = new Float32Array(Uint8Array.from(Buffer.from(image, 'base64')).buffer);
  const scaled = (most: number) =>
    pixels.map((value) =>
      Math.trunc(Math.fround(Math.fround(Math.max(0, value) / largest) * most)),
    );
  const sources: Record<string, Float32Array> = {
    float32: pixels,
    uint16: scaled(1023),
  };

  test.each(cases.filter(({ kind }) => kind !== 'uint8'))(
    '$kind, channels $channels, to $size',
    ({ kind, channels, size, digest: expected }) => {
      const source = ndarray(sources[kind]!, shape).hi(shape[0], shape[1], channels);
      const { data } = resizeBilinear(source, size);
      expect(digest(kind === 'float32' ? data : Uint16Array.from(data, halfToEven))).toBe(expected);
    },
  );
});

function halfToEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}

describe('real masks: what OpenCV makes of them', () => {
  interface Lesion {
    id: string;
    shape: [number, number];
    runs: number[];
    nearest: string;
    dilated: string;
    bounds: number[];
    box: [number, number][];
    center: [number, number];
  }
  const lesions = fixture.lesions as Lesion[];
  const maskOf = ({ shape, runs }: Lesion) => {
    const data = new Uint8Array(shape[0] * shape[1]);
    let at = 0;
    for (const [i, run] of runs.entries()) {
      data.fill(i % 2, at, at + run);
      at += run;
    }
    return ndarray(data, shape);
  };

  test('nearest resizing and dilation, to the pixel', () => {
    expect(lesions.length).toBeGreaterThan(100);
    for (const lesion of lesions) {
      const mask = maskOf(lesion);
      const resized = sizes.map((size) => resizeNearest(mask, size).data);
      expect(digest(...resized), lesion.id).toBe(lesion.nearest);
      expect(digest(dilate(mask).data), lesion.id).toBe(lesion.dilated);
    }
  });

  test('the first contour, its smallest rectangle, and the centre but for ties and corners that are nearly whole', () => {
    let same = 0;
    for (const lesion of lesions) {
      const points = firstLesion(dilate(maskOf(lesion)));
      const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
      const bounds = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
      expect(bounds, lesion.id).toEqual(lesion.bounds);
      const corners = minAreaRectangle(points);
      expect(Math.abs(area(corners) - area(lesion.box)), lesion.id).toBeLessThan(0.01);
      const distance = [1, 0].map((axis, i) => Math.abs(middle(corners, axis) - lesion.center[i]!));
      const nearlyWhole = lesion.box.flat().some((v) => Math.abs(v - Math.round(v)) < 1e-3);
      const isTie = corners.some(
        ([x, y]) => !lesion.box.some(([u, v]) => Math.hypot(u - x, v - y) < 0.01),
      );
      expect(Math.max(...distance), lesion.id).toBeLessThanOrEqual(nearlyWhole || isTie ? 1 : 0);
      if (Math.max(...distance) === 0) same++;
    }
    expect(same / lesions.length).toBeGreaterThan(0.95);
  });
});

function area([a, b, c]: readonly (readonly [number, number])[]): number {
  const side = (p: readonly [number, number], q: readonly [number, number]) =>
    Math.hypot(p[0] - q[0], p[1] - q[1]);
  return side(a!, b!) * side(b!, c!);
}

/** As `centerCrop` takes it from corners. */
function middle(corners: readonly (readonly [number, number])[], axis: number): number {
  const whole = corners.map((corner) => Math.trunc(corner[axis]!));
  return Math.floor((Math.min(...whole) + Math.max(...whole)) / 2);
}
