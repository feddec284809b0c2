// `sts-net amplify` with one worker thread and with two, on the demo's volumes at 480×480:
//
//   npm run build && node bench/amplify-workers.mjs [ROUNDS] [nifti|png]
//
// Takes turns and prints the medians of the wall-clock time and their ratio. A machine that does other
// work has no second processor to give.
//
// Last measured (Node.js 20.20.2, two processors, load 1.4): nifti, 24.6 s / 14.4 s = 1.71.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [rounds = '3', format = 'nifti'] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-amplify-'));
const config = join(folder, 'config.json');
writeFileSync(
  config,
  JSON.stringify({
    model: { encoder: 'mobilenet_v2', decoder: 'unet' },
    data: {
      cases: {
        folder: join(root, 'packages/sts-net/data/open_ms'),
        image: '{id}_FLAIR.nii.gz',
        mask: '{id}_GOLD.nii.gz',
      },
      size: [480, 480],
    },
    amplification: { method: 4, threshold: 2025 },
    training: { steps: 1 },
    output: 'run',
  }),
);

function seconds(workers) {
  const output = join(folder, 'output');
  const start = performance.now();
  execFileSync(process.execPath, [
    join(root, 'packages/sts-net/dist/cli.js'),
    ...['amplify', config, '--output', output, '--format', format, '--workers', String(workers)],
  ]);
  const time = (performance.now() - start) / 1000;
  rmSync(output, { recursive: true });
  return time;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const times = { one: [], two: [] };
for (let round = 0; round < Number(rounds); round++) {
  times.one.push(seconds(1));
  times.two.push(seconds(2));
}
rmSync(folder, { recursive: true });
const [one, two] = [median(times.one), median(times.two)];
console.log(
  `${format}: 1 worker ${one.toFixed(1)} s, 2 workers ${two.toFixed(1)} s, ratio ${(one / two).toFixed(2)} (${cpus().length} processors, load ${loadavg()[0].toFixed(1)})`,
);
