// Draws the pictures of the site's front page: what the demo found in the patient whom its network never saw.
//
//   npm run demo && node tools/figures/front.mjs sts-net-demo
//
// The images are those of the demo, see packages/sts-net/data/open_ms/README.md.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lesionWise } from '@sts-net/metrics';
import ndarray from 'ndarray';
import { readVolume, writeImage } from 'sts-net';

const [demo] = process.argv.slice(2);
if (demo === undefined) throw new Error('name the folder of the demo');
const root = fileURLToPath(new URL('../..', import.meta.url));
const data = join(root, 'packages/sts-net/data/open_ms');
const output = join(root, 'site/public');

const image = (await readVolume(join(data, 'patient26_FLAIR.nii.gz'))).voxels;
const truth = (await readVolume(join(data, 'patient26_GOLD.nii.gz'))).voxels;
const prediction = (await readVolume(join(demo, 'patient26_prediction.nii.gz'))).voxels;
const [slices, rows, columns] = image.shape;
const blue = { mask: truth, color: [86, 180, 233] };
const orange = { mask: prediction, color: [230, 159, 0] };
const white = image.data.toSorted()[Math.floor(0.998 * (image.size - 1))];

await drawSlice();
await drawLesions();

/** The slice with the most lesion, the truth and the prediction outlined. */
async function drawSlice() {
  const areas = Array.from({ length: slices }, (_, slice) => {
    let area = 0;
    for (let i = 0; i < rows * columns; i++)
      area += truth.get(slice, Math.floor(i / columns), i % columns);
    return area;
  });
  const slice = areas.indexOf(Math.max(...areas));
  const picture = canvas(rows * 3, columns * 3);
  draw(picture, [0, 0], { slice, top: 0, left: 0, rows, columns }, 3, [blue, orange]);
  await writeImage(join(output, 'slice.png'), picture);
}

/** Every lesion of the truth, the largest first: the truth, and below it the prediction. */
async function drawLesions() {
  const shape = [...truth.shape];
  const labels = (voxels) => ({
    data: Uint8Array.from(voxels.data, (one) => (one > 0 ? 1 : 0)),
    shape,
  });
  const { lesions } = lesionWise(labels(prediction), labels(truth));
  const [side, scale, gap, across] = [32, 3, 6, 6];
  const cell = side * scale + gap;
  const lines = Math.ceil(lesions.length / across);
  const picture = canvas(lines * (2 * cell + gap) - 2 * gap, across * cell - gap);
  const largestFirst = lesions.toSorted((a, b) => b.size - a.size);
  for (const [i, { centroid }] of largestFirst.entries()) {
    const [slice, row, column] = centroid.map(Math.round);
    const window = {
      slice,
      top: Math.max(0, Math.min(rows - side, row - side / 2)),
      left: Math.max(0, Math.min(columns - side, column - side / 2)),
      rows: side,
      columns: side,
    };
    const [line, at] = [Math.floor(i / across), i % across];
    for (const [below, outline] of [blue, orange].entries()) {
      const place = [line * (2 * cell + gap) + below * (cell - gap / 2), at * cell];
      draw(picture, place, window, scale, [outline]);
    }
  }
  await writeImage(join(output, 'lesions.png'), picture);
}

/** `[height, width, 4]`, transparent. */
function canvas(height, width) {
  return ndarray(new Uint8Array(height * width * 4), [height, width, 4]);
}

/** Draws a window of a slice, its front at the top. */
function draw(
  picture,
  [y0, x0],
  { slice, top, left, rows: height, columns: width },
  scale,
  outlines,
) {
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const row = top + height - 1 - Math.floor(y / scale);
      const column = left + Math.floor(x / scale);
      const edge = outlines.find(({ mask }) => isEdge(mask, slice, row, column));
      const grey = Math.round(
        255 * Math.max(0, Math.min(1, image.get(slice, row, column) / white)),
      );
      const color = edge?.color ?? [grey, grey, grey];
      const seen = isOutside(slice, row, column) ? 0 : 255;
      for (const [channel, value] of [...color, seen].entries())
        picture.set(y0 + y, x0 + x, channel, value);
    }
  }
}

function isEdge(mask, slice, row, column) {
  const at = (r, c) => r >= 0 && c >= 0 && r < rows && c < columns && mask.get(slice, r, c) > 0;
  const around = [
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ];
  return at(row, column) && around.some(([r, c]) => !at(row + r, column + c));
}

/** Beside the head, where the image is 0 up to its border. */
function isOutside(slice, row, column) {
  const isEmpty = (from, to) => {
    for (let c = from; c <= to; c++) if (image.get(slice, row, c) !== 0) return false;
    return true;
  };
  return isEmpty(0, column) || isEmpty(column, columns - 1);
}
