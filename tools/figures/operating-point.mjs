// Draws the pictures of docs/guides/operating-point.md: what the network that the guide trains says of two real
// patients, at every threshold.
//
//   npm run build && npx sts-net demo --preset light --output demo && node tools/figures/operating-point.mjs demo/runs/light
//
// The images are those of the demo, see packages/sts-net/data/open_ms/README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lesionWise } from '@sts-net/metrics';
import { calibrationCounts, reliabilityCurve } from '@sts-net/metrics/calibration';
import ndarray from 'ndarray';
import { openPredictor, predictVolume, readVolume, writeImage } from 'sts-net';

const [run] = process.argv.slice(2);
if (run === undefined) throw new Error('name the folder of the run that the guide trains');
const root = fileURLToPath(new URL('../..', import.meta.url));
const data = join(root, 'packages/sts-net/data/open_ms');
const output = join(root, 'docs/guides/operating-point');
mkdirSync(output, { recursive: true });

const colors = { truth: [86, 180, 233], prediction: [230, 159, 0] };
const lines = [
  { color: '#0072b2', dashes: '' },
  { color: '#d55e00', dashes: '7 4' },
];

const { predictor, preprocessing } = await openPredictor({ models: [run] });
const patients = [];
for (const [id, name] of [
  ['patient07', 'patient 07, small lesions'],
  ['patient26', 'patient 26, larger ones'],
]) {
  const image = await readVolume(join(data, `${id}_FLAIR.nii.gz`));
  const truth = await readVolume(join(data, `${id}_GOLD.nii.gz`));
  const said = await predictVolume(predictor, image, { preprocessing });
  patients.push({ id, name, image, truth: maskOf(truth), said });
}

const thresholds = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99];
const marked = [0.1, 0.5, 0.9, 0.98];

writeFileSync(
  join(output, 'threshold.svg'),
  chart({
    x: { title: 'false alarms in the patient', most: 80, ticks: [0, 20, 40, 60, 80] },
    series: patients.map((one) => ({
      name: one.name,
      points: thresholds.map((threshold) => {
        const { found, falseAlarms } = at(one, { threshold });
        const label = marked.includes(threshold) ? String(threshold) : '';
        return { x: Math.min(80, falseAlarms), y: found, label };
      }),
    })),
    y: 'lesions found',
    title: 'Lesions found against false alarms as the threshold falls',
  }),
);

const volumes = [0, 3, 5, 10, 15, 20, 30, 40, 50, 75, 100];
const [small] = patients;
const alarms = volumes.map((minimumVolume) => at(small, { threshold: 0.9, minimumVolume }));
const most = Math.max(...alarms.map(({ falseAlarms }) => falseAlarms));
writeFileSync(
  join(output, 'smallest.svg'),
  chart({
    x: { title: 'smallest lesion that is kept (mm³)', most: 100, ticks: [0, 25, 50, 75, 100] },
    series: [
      {
        name: 'lesions found',
        points: alarms.map(({ found }, i) => ({ x: volumes[i], y: found, label: '' })),
      },
      {
        name: `false alarms left, of ${most}`,
        points: alarms.map(({ falseAlarms }, i) => ({
          x: volumes[i],
          y: falseAlarms / most,
          label: String(falseAlarms),
        })),
      },
    ],
    y: 'share',
    title: 'What goes with small regions, patient 07 from a probability of 0.9 on',
  }),
);

writeFileSync(
  join(output, 'reliability.svg'),
  chart({
    x: { title: 'what the network says', most: 1, ticks: [0, 0.25, 0.5, 0.75, 1] },
    diagonal: true,
    series: patients.map((one) => ({ name: one.name, points: reliabilityOf(one) })),
    y: 'share that is lesion',
    title: 'What a probability is worth',
  }),
);

await drawPanels(patients[1], [0.1, 0.5, 0.98]);

for (const one of patients) {
  for (const threshold of [0.5, ...marked]) {
    console.log(one.id, threshold, JSON.stringify(at(one, { threshold })));
  }
}
console.log('smallest', JSON.stringify(alarms));

/** What a decision finds: each region of the prediction finds one lesion, as in `tune`. */
function at({ truth, said }, decision) {
  const prediction = maskOf(said.labels(decision));
  const single = lesionWise(prediction, truth, { matching: 'one-to-one', iouThreshold: 0 });
  const { falsePositives: falseAlarms } = lesionWise(prediction, truth);
  const lesions = single.found + single.missed;
  return { found: single.found / lesions, lesions, falseAlarms };
}

function maskOf({ voxels }) {
  const [slices, rows, columns] = voxels.shape;
  const mask = new Uint8Array(voxels.size);
  for (let i = 0; i < mask.length; i++) {
    const plane = Math.floor(i / columns);
    mask[i] = voxels.get(Math.floor(plane / rows), plane % rows, i % columns) > 0 ? 1 : 0;
  }
  return { data: mask, shape: [slices, rows, columns] };
}

/** Of the voxels of the brain, what lies outside being 0. */
function reliabilityOf({ image, truth, said }) {
  const brain = { ...maskOf(image) };
  const counted = truth.data.map((one, i) => (brain.data[i] === 1 ? one : 9));
  const { data: probabilities } = said.probabilities(1).voxels;
  const counts = calibrationCounts(probabilities, counted, { bins: 10, label: 1, ignoreIndex: 9 });
  return reliabilityCurve(counts)
    .filter(({ count }) => count > 20)
    .map(({ meanProbability, observed }) => ({ x: meanProbability, y: observed, label: '' }));
}

/** Lines on axes from 0; y ends at 1. */
function chart({ x, y, series, title, diagonal = false }) {
  const [width, height, left, top, right, bottom] = [560, 330, 56, 34, 20, 46];
  const px = (value) => left + ((width - left - right) * value) / x.most;
  const py = (value) => top + (height - top - bottom) * (1 - value);
  const text = (at, content, more = '') =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${more}>${content}</text>`;
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (value) =>
      `<path d="M${left} ${py(value)}H${width - right}" stroke="#ddd"/>${text([left - 8, py(value) + 4], String(value), 'text-anchor="end"')}`,
  );
  const ticks = x.ticks.map((value) =>
    text([px(value), height - bottom + 18], String(value), 'text-anchor="middle"'),
  );
  const drawn = series.map(({ name, points }, i) => {
    const { color, dashes } = lines[i];
    const path = points.map(
      (one, k) => `${k === 0 ? 'M' : 'L'}${px(one.x).toFixed(1)} ${py(one.y).toFixed(1)}`,
    );
    const dots = points.map(
      (one) =>
        `<circle cx="${px(one.x).toFixed(1)}" cy="${py(one.y).toFixed(1)}" r="${one.label === '' ? 2 : 4}" fill="${color}"/>${one.label === '' ? '' : text([px(one.x) + 6, py(one.y) - 7], one.label, `fill="${color}"`)}`,
    );
    const [lx, ly] = [left + 8 + 250 * i, 18];
    return `<path d="${path.join('')}" fill="none" stroke="${color}" stroke-width="2" stroke-dasharray="${dashes}"/>${dots.join('')}<path d="M${lx} ${ly - 4}h26" stroke="${color}" stroke-width="2" stroke-dasharray="${dashes}"/>${text([lx + 32, ly], name)}`;
  });
  const line = diagonal
    ? `<path d="M${px(0)} ${py(0)}L${px(1)} ${py(1)}" stroke="#888" stroke-dasharray="4 4"/>`
    : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="13" role="img"><title>${title}</title><rect width="${width}" height="${height}" fill="#fff"/>
${grid.join('\n')}
${ticks.join('')}
${line}
${drawn.join('\n')}
${text([(left + width - right) / 2, height - 10], x.title, 'text-anchor="middle"')}
${text([14, (top + height - bottom) / 2], y, `text-anchor="middle" transform="rotate(-90 14 ${(top + height - bottom) / 2})"`)}
</svg>
`;
}

/** The slice with the most lesion: the truth, then the prediction at each threshold, as one PNG. */
async function drawPanels({ image, truth, said }, at) {
  const [slices, rows, columns] = truth.shape;
  const plane = rows * columns;
  const areas = Array.from({ length: slices }, (_, s) =>
    truth.data.subarray(s * plane, (s + 1) * plane).reduce((sum, one) => sum + one, 0),
  );
  const slice = areas.indexOf(Math.max(...areas));
  const masks = [truth, ...at.map((threshold) => maskOf(said.labels({ threshold })))].map(
    ({ data: all }) => all.subarray(slice * plane, (slice + 1) * plane),
  );
  const [scale, gap] = [2, 6];
  const size = [rows * scale, (columns * scale + gap) * masks.length - gap];
  const pixels = new Uint8Array(size[0] * size[1] * 3).fill(255);
  const values = [];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) values.push(image.voxels.get(slice, r, c));
  const white = values.toSorted((a, b) => a - b)[Math.floor(0.998 * (values.length - 1))];
  for (const [panel, mask] of masks.entries()) {
    const inside = (r, c) => r >= 0 && c >= 0 && r < rows && c < columns && mask[r * columns + c];
    for (let y = 0; y < size[0]; y++) {
      for (let x = 0; x < columns * scale; x++) {
        // Upright: the patient's front is at the top.
        const r = rows - 1 - Math.floor(y / scale);
        const c = Math.floor(x / scale);
        const isEdge =
          inside(r, c) &&
          !(inside(r - 1, c) && inside(r + 1, c) && inside(r, c - 1) && inside(r, c + 1));
        const grey = Math.round(255 * Math.min(1, values[r * columns + c] / white));
        const color = panel === 0 ? colors.truth : colors.prediction;
        const to = (y * size[1] + panel * (columns * scale + gap) + x) * 3;
        pixels.set(isEdge ? color : [grey, grey, grey], to);
      }
    }
  }
  await writeImage(join(output, 'slice.png'), ndarray(pixels, [...size, 3]));
}
