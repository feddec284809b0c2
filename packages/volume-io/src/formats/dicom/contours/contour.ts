/** A closed contour in pixels, `x0, y0, x1, y1, …`; the last point is joined to the first. */
export type Contour = Float64Array;

/** The smallest box around a contour. */
export interface ContourBox {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function boxOf(contour: Contour): ContourBox {
  let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [top, bottom] = [left, right];
  for (let i = 0; i < contour.length; i += 2) {
    left = Math.min(left, contour[i]!);
    right = Math.max(right, contour[i]!);
    top = Math.min(top, contour[i + 1]!);
    bottom = Math.max(bottom, contour[i + 1]!);
  }
  return { left, right, top, bottom };
}
