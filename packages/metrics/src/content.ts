/** Masks of 0 and 1 cut to the smallest box around all of their ones. */
export interface Content {
  /** With one pixel of background on every side, also where the box reaches the image's border. */
  readonly masks: readonly Uint8Array[];
  readonly shape: readonly number[];
}

/** Cuts masks of one shape to the box around their ones and pads it with a pixel of background. */
export function cutToContent(masks: readonly Uint8Array[], shape: readonly number[]): Content {
  const [depth, height, width] =
    shape.length === 3 ? (shape as [number, number, number]) : [1, ...(shape as [number, number])];
  let [z0, y0, x0, z1, y1, x1] = [depth, height, width, 0, 0, 0];
  for (const mask of masks) {
    for (let i = mask.indexOf(1); i >= 0; ) {
      const row = Math.floor(i / width);
      const end = (row + 1) * width;
      const z = Math.floor(row / height);
      const y = row - z * height;
      z0 = Math.min(z0, z);
      z1 = Math.max(z1, z + 1);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y + 1);
      x0 = Math.min(x0, i - row * width);
      x1 = Math.max(x1, mask.lastIndexOf(1, end - 1) + 1 - row * width);
      i = mask.indexOf(1, end);
    }
  }
  const flat = shape.length === 2 ? 0 : 1;
  const box = [z1 - z0 + 2 * flat, y1 - y0 + 2, x1 - x0 + 2] as const;
  const empty = z1 === 0;
  return {
    shape: empty ? shape.map(() => 0) : box.slice(1 - flat),
    masks: masks.map((mask) => {
      const cut = new Uint8Array(empty ? 0 : box[0] * box[1] * box[2]);
      for (let z = z0; z < z1; z++) {
        for (let y = y0; y < y1; y++) {
          const from = (z * height + y) * width;
          const to = ((z - z0 + flat) * box[1] + y - y0 + 1) * box[2] + 1;
          cut.set(mask.subarray(from + x0, from + x1), to);
        }
      }
      return cut;
    }),
  };
}

/** The ones of a mask that `cutToContent` gave with a neighbour outside across an edge or face. */
export function surface(mask: Uint8Array, shape: readonly number[]): Uint8Array {
  const width = shape.at(-1)!;
  const slice = shape.length === 3 ? shape[1]! * width : 0;
  const edge = new Uint8Array(mask.length);
  for (let i = mask.indexOf(1); i >= 0; i = mask.indexOf(1, i + 1)) {
    const inside =
      mask[i - 1]! &
      mask[i + 1]! &
      mask[i - width]! &
      mask[i + width]! &
      mask[i - slice]! &
      mask[i + slice]!;
    edge[i] = 1 - inside;
  }
  return edge;
}

/**
 * For the corner after each pixel of a mask that `cutToContent` gave, which of the pixels around it
 * are ones: the index into `surfaceAreas`.
 */
export function surfaceCodes(mask: Uint8Array, shape: readonly number[]): Uint8Array {
  const width = shape.at(-1)!;
  const slice = shape.length === 3 ? shape[1]! * width : 0;
  const offsets = [0, 1, width, width + 1];
  const around = slice === 0 ? offsets : [...offsets, ...offsets.map((offset) => offset + slice)];
  const codes = new Uint8Array(mask.length);
  const last = mask.length - around.at(-1)!;
  for (let i = 0; i < last; i++) {
    let code = 0;
    for (let bit = 0; bit < around.length; bit++) code |= mask[i + around[bit]!]! << bit;
    codes[i] = code;
  }
  return codes;
}
