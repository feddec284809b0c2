/**
 * Grows a mask of 0 and 1 by `steps` pixels, each time to the neighbours that share an edge of the
 * voxel (18 in 3-D) or a corner of the pixel (8 in 2-D). Takes time linear in the number of pixels,
 * however many steps: each is grown from once.
 */
export function dilate(mask: Uint8Array, shape: readonly number[], steps: number): Uint8Array {
  const [depth, height, width] = shape.length === 3 ? shape : [1, ...shape];
  const grown = mask.slice();
  const reached: number[] = [];
  for (let i = mask.indexOf(1); i >= 0; i = mask.indexOf(1, i + 1)) reached.push(i);
  for (let step = 0, from = 0; step < steps; step++) {
    const to = reached.length;
    for (; from < to; from++) {
      const i = reached[from]!;
      const x = i % width!;
      const y = Math.floor(i / width!) % height!;
      const z = Math.floor(i / (width! * height!));
      for (let dz = -1; dz <= 1; dz++) {
        if (z + dz < 0 || z + dz >= depth!) continue;
        for (let dy = -1; dy <= 1; dy++) {
          if (y + dy < 0 || y + dy >= height!) continue;
          const reach = dz !== 0 && dy !== 0 ? 0 : 1;
          const row = i - x + (dz * height! + dy) * width!;
          const end = row + Math.min(width! - 1, x + reach);
          for (let at = row + Math.max(0, x - reach); at <= end; at++) {
            if (grown[at] === 1) continue;
            grown[at] = 1;
            reached.push(at);
          }
        }
      }
    }
  }
  return grown;
}
