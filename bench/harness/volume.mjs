/** A mask of the voxels for which `inside(z, y, x)`. */
export function volume([depth, height, width], inside) {
  const data = new Uint8Array(depth * height * width);
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) data[i] = inside(z, y, x) ? 1 : 0;
  return { data, shape: [depth, height, width] };
}
