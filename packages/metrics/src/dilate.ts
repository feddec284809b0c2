/**
 * Grows a mask of 0 and 1 by `steps` pixels, each time to the neighbours that share an edge of the
 * voxel (18 in 3-D) or a corner of the pixel (8 in 2-D).
 */
export function dilate(mask: Uint8Array, shape: readonly number[], steps: number): Uint8Array {
  const [depth, height, width] = shape.length === 3 ? shape : [1, ...shape];
  let grown = mask;
  for (let step = 0; step < steps; step++) {
    const before = grown;
    grown = before.slice();
    for (let i = before.indexOf(1); i >= 0; i = before.indexOf(1, i + 1)) {
      const x = i % width!;
      const y = Math.floor(i / width!) % height!;
      const z = Math.floor(i / (width! * height!));
      for (let dz = -1; dz <= 1; dz++) {
        if (z + dz < 0 || z + dz >= depth!) continue;
        for (let dy = -1; dy <= 1; dy++) {
          if (y + dy < 0 || y + dy >= height!) continue;
          const reach = dz !== 0 && dy !== 0 ? 0 : 1;
          const row = i - x + (dz * height! + dy) * width!;
          grown.fill(1, row + Math.max(0, x - reach), row + Math.min(width! - 1, x + reach) + 1);
        }
      }
    }
  }
  return grown;
}
