// Scores of @sts-net/metrics on a 512×512×35 volume at 0.5×0.5×5 mm against Python's, single-threaded on both
// sides:
//
//   npm run build && PYTHON=venv/bin/python node bench/metrics.mjs
//
// That Python needs numpy, surface-distance, monai and connected-components-3d. What grows how with the size of
// masks is in metrics-growth.mjs.
import {
  averageSymmetricSurfaceDistance,
  confusion,
  connectedComponents,
  hausdorffDistance,
  normalizedSurfaceDice,
  surfaceDistances,
} from '@sts-net/metrics';
import { compare } from './harness/compare.mjs';
import { python } from './harness/process.mjs';
import { volume } from './harness/volume.mjs';

const shape = [35, 512, 512];
const spacing = [5, 0.5, 0.5];
const ball = (cx, cy, radius) =>
  volume(
    shape,
    (z, y, x) => (5 * (z - 17)) ** 2 + ((y - cy) / 2) ** 2 + ((x - cx) / 2) ** 2 < radius ** 2,
  );

function ours() {
  const truth = ball(256, 256, 70);
  const prediction = ball(262, 250, 68);
  // Lesions of a few voxels, some of which touch: 1 % of the volume.
  const spots = volume(
    shape,
    (z, y, x) =>
      Math.imul((x >> 1) ^ ((y >> 1) << 9) ^ (z << 18), 0x9e3779b1) >>> 0 < 2 ** 32 / 100,
  );
  const surfaces = (surface) => () => {
    const distances = surfaceDistances(prediction, truth, { spacing, surface });
    return [
      hausdorffDistance(distances, { percentile: 95 }),
      averageSymmetricSurfaceDistance(distances),
      normalizedSurfaceDice(distances, { tolerance: 1 }),
    ];
  };
  // Boxes and centroids of all are made when the first is asked for.
  const components = (mask) => () => connectedComponents(mask, { connectivity: 26 }).centroid(1);
  const tasks = {
    confusion: () => confusion(prediction, truth),
    'HD95, ASSD and NSD by area': surfaces('area'),
    'HD95, ASSD and NSD by pixels': surfaces('pixels'),
    'components of a ball': components(truth),
    'components of lesions': components(spots),
  };
  return { versions: {}, tools: { '@sts-net/metrics': tasks } };
}

await compare({
  name: 'metrics',
  env: { OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  processes: { ours, python: python('metrics.py') },
});
