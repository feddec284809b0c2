// Draws what each augmentation does to one slice, with the outline of its lesions: docs/guides/training/augmentations.png.
//
//   npm run build && node tools/figures/augmentations.mjs
//
// The images are those of the demo, see packages/sts-net/data/open_ms/README.md.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAugmentation, sampleRandom } from '@sts-net/amplify';
import ndarray from 'ndarray';
import { readVolume, writeImage } from 'sts-net';

const root = fileURLToPath(new URL('../..', import.meta.url));
const data = join(root, 'packages/sts-net/data/open_ms');
const output = join(root, 'docs/guides/training/augmentations.png');
const [scale, gap, across] = [2, 4, 5];
const blue = [86, 180, 233];

/** A slice upright, with its mask. */
async function sampleOf(patient, slice) {
  const [image, mask] = await Promise.all(
    ['FLAIR', 'GOLD'].map(async (kind) => {
      const { voxels } = await readVolume(join(data, `${patient}_${kind}.nii.gz`));
      return voxels.pick(slice, null, null).step(-1, 1);
    }),
  );
  const [rows, columns] = image.shape;
  const sample = {
    id: patient,
    group: patient,
    image: ndarray(new Float32Array(rows * columns), [rows, columns, 1]),
    mask: ndarray(new Uint8Array(rows * columns), [rows, columns]),
    keepsZero: [true],
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sample.image.set(row, column, 0, image.get(row, column));
      sample.mask.set(row, column, mask.get(row, column) > 0 ? 1 : 0);
    }
  }
  return sample;
}

const sample = await sampleOf('patient26', 10);
const donor = await sampleOf('patient19', 30);
const context = { donors: async () => [donor] };
const shown = [
  ['flip', { horizontal: 1, vertical: 0 }],
  ['affine', { rotation: [14, 15], scale: [1.15, 1.2] }],
  ['elastic', { displacement: [0.45, 0.48] }],
  ['lesion-crop', { size: [0.5, 0.5] }],
  ['copy-paste', {}],
  ['intensity', { brightness: [0.4, 0.5], noise: [0.15, 0.2] }],
  ['gamma', { gamma: [2, 2], inverted: 0 }],
  ['bias-field', { strength: [0.25, 0.25] }],
  ['low-resolution', { zoom: [0.3, 0.3] }],
];
const pictures = [sample];
for (const [name, options] of shown) {
  const transform = await createAugmentation(name, options, context);
  pictures.push(transform(sample, sampleRandom(3, name)));
}

const [rows, columns] = sample.mask.shape;
const white = sample.image.data.toSorted()[Math.floor(0.998 * (rows * columns - 1))];
const cell = [rows * scale + gap, columns * scale + gap];
const size = [Math.ceil(pictures.length / across) * cell[0] - gap, across * cell[1] - gap];
const picture = ndarray(new Uint8Array(size[0] * size[1] * 3).fill(255), [...size, 3]);
for (const [i, { image, mask }] of pictures.entries()) {
  const [top, left] = [Math.floor(i / across) * cell[0], (i % across) * cell[1]];
  const isIn = (row, column) =>
    row >= 0 && column >= 0 && row < rows && column < columns && mask.get(row, column) > 0;
  for (let y = 0; y < rows * scale; y++) {
    for (let x = 0; x < columns * scale; x++) {
      const [row, column] = [Math.floor(y / scale), Math.floor(x / scale)];
      const [down, right] = [y % scale === 0 ? -1 : 1, x % scale === 0 ? -1 : 1];
      const isEdge = !(isIn(row + down, column) && isIn(row, column + right));
      const share = Math.min(1, Math.max(0, image.get(row, column, 0) / white));
      const grey = Math.round(255 * share);
      const color = isIn(row, column) && isEdge ? blue : [grey, grey, grey];
      for (const [k, value] of color.entries()) picture.set(top + y, left + x, k, value);
    }
  }
}
mkdirSync(dirname(output), { recursive: true });
await writeImage(output, picture);
