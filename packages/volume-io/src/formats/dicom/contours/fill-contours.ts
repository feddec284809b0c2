import type { NdArray } from '@sts-net/views';
import { boxOf, type Contour } from './contour.ts';
import type { Shape } from './shapes.ts';

/** How near the centre of a pixel must be to a contour to lie on it, in pixels. */
const NEAR = 1e-3;
/** More pixels in the boxes around the contours of a plane than any drawing has. */
const MAX_PIXELS = 2 ** 28;

const INSIDE = 1;
const ON = 2;

/** The pixels of a box that contours go around an odd number of times (`INSIDE`), or lie on (`ON`). */
interface Raster {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly states: Uint8Array;
}

/**
 * Sets the pixels whose centres lie inside an odd number of contours, or on one: contours that
 * pass through the centres of a mask's outermost pixels, as many tools write them, give back that
 * mask, be it one pixel wide.
 */
export function fillEvenOdd(contours: readonly Contour[], mask: NdArray<Uint8Array>): void {
  paint(rasterOf(contours, mask), mask);
}

/**
 * Sets the pixels whose centres lie in one of the regions or on its contours.
 * @throws {RangeError} if they span too many pixels
 */
export function fillShapes(shapes: readonly Shape[], mask: NdArray<Uint8Array>): void {
  let pixels = 0;
  for (const { outer, holes } of shapes) {
    const raster = rasterOf([outer], mask);
    const { left, top, width, height, states } = raster;
    pixels += states.length;
    for (const hole of holes) {
      const inner = rasterOf([hole], mask);
      pixels += inner.states.length;
      if (pixels > MAX_PIXELS) {
        throw new RangeError(`the contours of a plane span more than ${MAX_PIXELS} pixels`);
      }
      for (let row = 0, at = 0; row < inner.height; row++) {
        for (let column = 0; column < inner.width; column++, at++) {
          const [r, c] = [inner.top + row - top, inner.left + column - left];
          const isWithin = r >= 0 && r < height && c >= 0 && c < width;
          // A hole's edge belongs to the region.
          if (isWithin && inner.states[at] === INSIDE) states[r * width + c]! &= ON;
        }
      }
    }
    paint(raster, mask);
  }
}

/** Sets the pixels of a mask that lie inside or on the contours of a raster. */
function paint({ left, top, width, height, states }: Raster, mask: NdArray<Uint8Array>): void {
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      if (states[at] !== 0) mask.set(top + row, left + column, 1);
    }
  }
}

/** What contours are to the pixels of an image, in the box around them. */
function rasterOf(contours: readonly Contour[], { shape }: NdArray<Uint8Array>): Raster {
  const [rows, columns] = shape as [number, number];
  const boxes = contours.map(boxOf);
  const within = (low: number, high: number, length: number) =>
    [Math.max(0, Math.ceil(low - NEAR)), Math.min(length - 1, Math.floor(high + NEAR))] as const;
  const [left, right] = within(
    boxes.reduce((least, box) => Math.min(least, box.left), Number.POSITIVE_INFINITY),
    boxes.reduce((most, box) => Math.max(most, box.right), Number.NEGATIVE_INFINITY),
    columns,
  );
  const [top, bottom] = within(
    boxes.reduce((least, box) => Math.min(least, box.top), Number.POSITIVE_INFINITY),
    boxes.reduce((most, box) => Math.max(most, box.bottom), Number.NEGATIVE_INFINITY),
    rows,
  );
  const width = Math.max(0, right - left + 1);
  const height = Math.max(0, bottom - top + 1);
  const states = new Uint8Array(width * height);
  if (states.length === 0) return { left, top, width: 0, height: 0, states };
  const touch = (row: number, column: number) => {
    const isWithin = row >= top && row <= bottom && column >= left && column <= right;
    if (isWithin) states[(row - top) * width + column - left]! |= ON;
  };
  for (const contour of contours) {
    for (let i = 0; i < contour.length; i += 2) {
      const j = (i + 2) % contour.length;
      const [x0, y0, x1, y1] = [contour[i]!, contour[i + 1]!, contour[j]!, contour[j + 1]!];
      // Rows from the upper end up to, but without, the lower: a corner counts once.
      const last = Math.min(bottom + 1, Math.max(y0, y1));
      for (let row = Math.max(top, Math.ceil(Math.min(y0, y1))); row < last; row++) {
        const x = x0 + ((row - y0) / (y1 - y0)) * (x1 - x0);
        const column = Math.max(left, Math.ceil(x));
        // For now: whether a row passes from outside to inside, or back, before this pixel.
        if (column <= right) states[(row - top) * width + column - left]! ^= INSIDE;
      }
      if (Math.abs(x1 - x0) > Math.abs(y1 - y0)) {
        visitNear(x0, y0, x1, y1, columns, (column, row) => touch(row, column));
      } else {
        visitNear(y0, x0, y1, x1, rows, touch);
      }
    }
  }
  for (let row = 0, at = 0; row < height; row++) {
    let isInside = 0;
    for (let column = 0; column < width; column++, at++) {
      isInside ^= states[at]! & INSIDE;
      states[at] = (states[at]! & ON) | isInside;
    }
  }
  return { left, top, width, height, states };
}

/** Visits the whole points within `length` that lie on the line; it is longest along the first axis. */
function visitNear(
  a0: number,
  b0: number,
  a1: number,
  b1: number,
  length: number,
  visit: (a: number, b: number) => void,
): void {
  const last = Math.min(length - 1, Math.max(a0, a1) + NEAR);
  for (let a = Math.max(0, Math.ceil(Math.min(a0, a1) - NEAR)); a <= last; a++) {
    const share = a1 === a0 ? 0 : (a - a0) / (a1 - a0);
    const b = b0 + share * (b1 - b0);
    if (Math.abs(b - Math.round(b)) <= NEAR) visit(a, Math.round(b));
  }
}
