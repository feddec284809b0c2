/** Column and row of a pixel. */
export type Pixel = readonly [column: number, row: number];

/**
 * Visits the pixels that an outline encloses, without its own. The outline passes from pixel to
 * pixel in straight lines and back to the first; what can be reached from outside by steps along
 * rows and columns, not across it, is outside, however often it touches itself.
 */
export function enclosedPixels(
  outline: readonly Pixel[],
  visit: (column: number, row: number) => void,
): void {
  const { left, top, width, height } = outlineBox(outline);
  // 0 enclosed, 1 outline, 2 outside.
  const pixels = new Uint8Array(width * height);
  outline.forEach(([x0, y0], i) => {
    const [x1, y1] = outline[(i + 1) % outline.length]!;
    const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
    for (let step = 0; step < steps; step++) {
      const column = Math.round(x0 + (step * (x1 - x0)) / steps);
      const row = Math.round(y0 + (step * (y1 - y0)) / steps);
      pixels[(row - top) * width + column - left] = 1;
    }
  });
  const open = [0];
  pixels[0] = 2;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const column = at % width;
    const next = [
      at - width,
      at + width,
      column > 0 ? at - 1 : -1,
      column < width - 1 ? at + 1 : -1,
    ];
    for (const pixel of next) {
      if (pixels[pixel] !== 0) continue;
      pixels[pixel] = 2;
      open.push(pixel);
    }
  }
  pixels.forEach((kind, i) => {
    if (kind === 0) visit(left + (i % width), top + Math.floor(i / width));
  });
}

/** The box around an outline with a margin of one pixel. */
export function outlineBox(outline: readonly Pixel[]): {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
} {
  let [left, top] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [right, bottom] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [column, row] of outline) {
    left = Math.min(left, column);
    right = Math.max(right, column);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row);
  }
  return { left: left - 1, top: top - 1, width: right - left + 3, height: bottom - top + 3 };
}
