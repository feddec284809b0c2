// Scores of @sts-net/metrics on a 512×512×35 volume at 0.5×0.5×5 mm against Python's.
//
//   npm run build && node bench/metrics.mjs python3
//
// That Python needs numpy, surface-distance and monai (versions in tools/fixtures/metrics/run.py). Prints the
// least processor time of each in milliseconds and ours as a share of theirs, single-threaded on both
// sides, whether a checkerboard, the most components there can be, stays linear, and what lesions told apart by
// dilation cost at several radii.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  averageSymmetricSurfaceDistance,
  confusion,
  connectedComponents,
  hausdorffDistance,
  lesionWise,
  normalizedSurfaceDice,
  surfaceDistances,
} from '@sts-net/metrics';

const ROUNDS = 7;
const shape = [35, 512, 512];
const spacing = [5, 0.5, 0.5];

/** Voxels of `size` for which `inside(z, y, x)`. */
function volume([depth, height, width], inside) {
  const data = new Uint8Array(depth * height * width);
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) data[i] = inside(z, y, x) ? 1 : 0;
  return { data, shape: [depth, height, width] };
}

const ball = (cx, cy, radius) =>
  volume(
    shape,
    (z, y, x) => (5 * (z - 17)) ** 2 + ((y - cy) / 2) ** 2 + ((x - cx) / 2) ** 2 < radius ** 2,
  );

/** Least processor time of a call in ms. */
function time(call) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    call();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

const truth = ball(256, 256, 70);
const prediction = ball(262, 250, 68);
const surfaces = (surface) => () => {
  const distances = surfaceDistances(prediction, truth, { spacing, surface });
  return [
    hausdorffDistance(distances, { percentile: 95 }),
    averageSymmetricSurfaceDistance(distances),
    normalizedSurfaceDice(distances, { tolerance: 1 }),
  ];
};
const ours = {
  confusion: time(() => confusion(prediction, truth)),
  pixels: time(surfaces('pixels')),
  area: time(surfaces('area')),
};

const script = fileURLToPath(new URL('metrics.py', import.meta.url));
const { stdout, stderr, status } = spawnSync(process.argv[2] ?? 'python3', [script], {
  encoding: 'utf8',
  env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
});
if (status !== 0) {
  console.error(`Python could not run the peers: ${stderr.trim().split('\n').at(-1)}`);
  process.exit(1);
}
const peers = JSON.parse(stdout);
for (const [title, own, peer] of [
  ['confusion / NumPy, boolean sums', ours.confusion, peers.numpy],
  ['confusion / NumPy, count_nonzero', ours.confusion, peers.countNonzero],
  ['confusion / NumPy, bincount', ours.confusion, peers.bincount],
  ['HD95 + ASSD + NSD, area / surface-distance', ours.area, peers.surfaceDistance],
  ['HD95 + ASSD + NSD, pixels / MONAI', ours.pixels, peers.monai],
]) {
  console.log(`${title}: ${own.toFixed(1)} / ${peer.toFixed(1)} = ${(own / peer).toFixed(2)}`);
}

const checkerboard = (depth) => volume([depth, 256, 256], (z, y, x) => (x + y + z) & 1);
for (const connectivity of [6, 26]) {
  const [small, large] = [10, 40].map((depth) => {
    const mask = checkerboard(depth);
    return time(() => connectedComponents(mask, { connectivity }));
  });
  console.log(
    `checkerboard, connectivity ${connectivity}: 4 × the voxels take ${(large / small).toFixed(2)} × the time`,
  );
}

const cube = [128, 128, 128];
const noise = volume(
  cube,
  (z, y, x) => Math.imul(x ^ (y << 7) ^ (z << 14), 0x9e3779b1) >>> 28 === 0,
);
const sphere = volume(cube, (z, y, x) => (z - 64) ** 2 + (y - 64) ** 2 + (x - 64) ** 2 < 40 ** 2);
for (const [title, mask] of [
  ['noise', noise],
  ['a sphere', sphere],
]) {
  const times = [0, 1, 3, 9].map((dilation) => time(() => lesionWise(mask, mask, { dilation })));
  console.log(
    `lesionWise of ${title} on 128³, dilation 0, 1, 3, 9: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`,
  );
}
