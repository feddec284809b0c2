import { readFileSync } from 'node:fs';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  amplify,
  centerCrop,
  dilate,
  firstLesion,
  minAreaRectangle,
  resizeBilinear,
  resizeNearest,
} from '../src/index.ts';
import { elements } from './samples.ts';

// Generator: tools/fixtures/amplify/generate.py
const opencv = JSON.parse(readFileSync(new URL('./fixtures/opencv.json', import.meta.url), 'utf8'));

interface LesionCase {
  readonly kind: string;
  readonly mask: string;
  readonly dilated: string | null;
  readonly bounds: number[];
  readonly box: number[][];
  readonly center: [number, number];
}

const { height, width, cases } = opencv.lesions as {
  height: number;
  width: number;
  cases: LesionCase[];
};

function unpack(hex: string) {
  const data = Uint8Array.from(
    { length: height * width },
    (_, i) => (Number.parseInt(hex.slice((i >> 3) * 2, (i >> 3) * 2 + 2), 16) >> (7 - (i & 7))) & 1,
  );
  return ndarray(data, [height, width]);
}

describe('resizing gives what OpenCV gives', () => {
  test.each(opencv.resizeRows as { from: number; to: number; input: number[]; output: number[] }[])(
    'bilinear row of $from to $to',
    ({ from, to, input, output }) => {
      const row = ndarray(Float32Array.from(input), [1, from, 1]);
      expect(resizeBilinear(row, [1, to]).data).toBeAllclose(output, { rtol: 1e-6, atol: 1e-4 });
      const column = ndarray(Float32Array.from(input), [from, 1, 1]);
      expect(resizeBilinear(column, [to, 1]).data).toBeAllclose(output, { rtol: 1e-6, atol: 1e-4 });
    },
  );

  test('nearest indices for 1100 pairs of lengths', () => {
    const wrong = (opencv.nearest as [number, number, number][]).filter(([from, to, checksum]) => {
      // Indices above 255 do not fit a mask, so they are sent through it byte by byte.
      const byte = (shift: number) =>
        resizeNearest(
          ndarray(
            Uint8Array.from({ length: from }, (_, i) => i >> shift),
            [1, from],
          ),
          [1, to],
        ).data;
      const [low, high] = [byte(0), byte(8)];
      return checksum !== low.reduce((sum, v, i) => sum + (v + 256 * high[i]!) * (i + 1), 0);
    });
    expect(wrong).toEqual([]);
  });

  test('image with channels and mask with labels', () => {
    const { image, mask, imageOut, maskOut } = opencv.resizeImage;
    const resized = resizeBilinear(ndarray(Float32Array.from(image), [9, 13, 3]), [20, 17]);
    expect(resized.data).toBeAllclose(imageOut, { rtol: 1e-5, atol: 1e-6 });
    const labels = resizeNearest(ndarray(Uint8Array.from(mask), [9, 13]), [20, 17]);
    expect([...labels.data]).toEqual(maskOut);
  });

  test('the cropped standard copies A3 to A8', () => {
    const { image, mask, copies } = opencv.standard;
    const sample = {
      id: 's',
      group: 'g',
      image: ndarray(Float32Array.from(image), [12, 16, 2]),
      mask: ndarray(Uint8Array.from(mask), [12, 16]),
    };
    const made = new Map(
      [...amplify(sample, { method: 3, threshold: 100 })].map((copy) => [copy.id, copy]),
    );
    for (const [name, expected] of Object.entries<{ image: number[]; mask: number[] }>(copies)) {
      const copy = made.get(`s_${name}`)!;
      expect(elements(copy.image)).toBeAllclose(expected.image, { rtol: 1e-5, atol: 1e-5 });
      expect(elements(copy.mask)).toEqual(expected.mask);
    }
  });
});

describe('the lesion that is cropped around is the one OpenCV lists first', () => {
  test('dilation with a 2×2 square', () => {
    const dilated = cases.filter((one) => one.dilated !== null);
    expect(dilated.length).toBeGreaterThan(10);
    for (const one of dilated) {
      expect(elements(dilate(unpack(one.mask)))).toEqual(elements(unpack(one.dilated!)));
    }
  });

  test('first external contour, in masks with several lesions, holes, and lesions in holes', () => {
    for (const { mask, bounds } of cases) {
      const points = firstLesion(dilate(unpack(mask)));
      const xs = points.map(([x]) => x);
      const ys = points.map(([, y]) => y);
      expect([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]).toEqual(bounds);
    }
  });

  test('smallest rotated rectangle: the same area, and the same corners up to ties', () => {
    let ties = 0;
    for (const { mask, box } of cases) {
      const corners = minAreaRectangle(firstLesion(dilate(unpack(mask))));
      expect(Math.abs(area(corners) - area(box))).toBeLessThan(2e-3);
      const sorted = (points: readonly (readonly number[])[]) =>
        points
          .map((p) => p.map((v) => Math.round(v * 100) / 100 + 0))
          .sort((p, q) => p[0]! - q[0]! || p[1]! - q[1]!)
          .flat();
      const differs = sorted(corners).some((v, i) => Math.abs(v - sorted(box)[i]!) > 0.05);
      if (differs) ties++;
    }
    expect(ties).toBeLessThanOrEqual(3);
  });

  test('centre of the crop, to the pixel unless a float32 corner of OpenCV is nearly whole', () => {
    let exact = 0;
    for (const { mask, box, center } of cases) {
      const nearlyWhole = box.flat().some((v) => Math.abs(v - Math.round(v)) < 1e-3);
      const [row, column] = centerOf(mask);
      const distance = Math.max(Math.abs(row - center[0]), Math.abs(column - center[1]));
      if (!nearlyWhole) expect(distance).toBe(0);
      else expect(distance).toBeLessThanOrEqual(1);
      if (distance === 0) exact++;
    }
    expect(exact / cases.length).toBeGreaterThan(0.9);
  });
});

function area(corners: readonly (readonly number[])[]): number {
  const [a, b, c] = corners as [number[], number[], number[]];
  const side = (p: number[], q: number[]) => Math.hypot(p[0]! - q[0]!, p[1]! - q[1]!);
  return side(a, b) * side(b, c);
}

/** Where `centerCrop` centres its box, read off a crop of an image of coordinates. */
function centerOf(mask: string): [number, number] {
  const image = ndarray(new Float32Array(height * width * 2), [height, width, 2]);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      image.set(row, column, 0, row);
      image.set(row, column, 1, column);
    }
  }
  const crop = centerCrop(
    { id: 's', group: 'g', image, mask: unpack(mask) },
    { random: () => 0, halfSize: [1 / 56, 1 / 56] },
  );
  if (crop === undefined) return [Number.NaN, Number.NaN];
  const middle = (channel: number) =>
    (crop.image.get(0, 0, channel) + crop.image.get(height - 1, width - 1, channel) + 1) / 2;
  return [middle(0), middle(1)];
}
