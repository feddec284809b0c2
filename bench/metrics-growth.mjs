// What scores of @sts-net/metrics cost as masks grow: whether a checkerboard, the most components there can be,
// stays linear, and what lesions told apart by dilation cost at several radii. Least processor times.
//
//   npm run build && node bench/metrics-growth.mjs
import { connectedComponents, lesionWise } from '@sts-net/metrics';
import { volume } from './harness/volume.mjs';

const ROUNDS = 7;

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
