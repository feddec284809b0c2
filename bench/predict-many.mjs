// Growth of `predict --folder` with the number of volumes: processor time for each, and the most memory, at several
// numbers, with a tiny network on images of 3 × 24 × 20 so that what is around the network shows; then the same command once
// more, when all is there already; and when no image can be read.
//
//   npm run build && node bench/predict-many.mjs [NUMBER...]
//
// 10, 100, 1000 and 10000 without numbers. The time to start, of 1 volume, is taken off.
//
// 2 cores, Node 20.20, wasm; others were at work beside it, which processor time does not count:
//
//   volumes | ms each | MiB | there already: ms each | MiB | unreadable: ms each | MiB
//        10 |   39.93 | 184 |                  -2.89 | 189 |               0.76 | 180
//       100 |   26.77 | 214 |                   0.91 | 192 |               1.16 | 182
//      1000 |   21.89 | 260 |                   0.11 | 184 |               0.87 | 189
//     10000 |   18.92 | 308 |                   0.18 | 206 |               0.57 | 240
//
// Small numbers hold what begins once but not with the first volume, as compiling does.

import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSmallConfig, writeSmallImage } from '../tools/lanes/small-run.mjs';

const given = process.argv.slice(2).map(Number);
const numbers = given.length > 0 ? given : [10, 100, 1000, 10_000];
const folder = mkdtempSync(join(tmpdir(), 'sts-net-bench-'));
const command = fileURLToPath(new URL('../packages/sts-net/dist/cli.js', import.meta.url));
/** Prints what a process took: processor time in µs, and the most memory in KiB. */
const meter = `data:text/javascript,${encodeURIComponent(`
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    process.stderr.write(\`took \${userCPUTime + systemCPUTime} \${maxRSS}\\n\`);
  });
`)}`;

function run(...args) {
  const { stderr, status } = spawnSync(process.execPath, ['--import', meter, command, ...args], {
    encoding: 'utf8',
  });
  const [, microseconds, kibibytes] = /took (\d+) (\d+)/.exec(stderr) ?? [];
  if ((status !== 0 && status !== 65) || kibibytes === undefined) throw new Error(stderr);
  return { milliseconds: Number(microseconds) / 1000, mebibytes: Number(kibibytes) / 1024 };
}

function predict(images, output) {
  const model = ['--model', join(folder, 'run'), '--backend', 'wasm'];
  return run('predict', '--folder', images, '--output', output, ...model);
}

run('train', await writeSmallConfig(folder));
// One for all: what is read is the same, and making 10000 takes as long as predicting them.
const image = join(folder, 'image');
await writeSmallImage(image, 1);
writeFileSync(join(folder, 'broken.nii.gz'), 'no volume');

function measure(number) {
  const [images, broken, output, failed] = ['images', 'broken', 'output', 'failed'].map((name) =>
    join(folder, `${name}-${number}`),
  );
  for (const path of [images, broken]) mkdirSync(path);
  for (let i = 0; i < number; i++) {
    linkSync(`${image}.nii.gz`, join(images, `v${i}.nii.gz`));
    linkSync(join(folder, 'broken.nii.gz'), join(broken, `v${i}.nii.gz`));
  }
  const all = [predict(images, output), predict(images, output), predict(broken, failed)];
  for (const path of [images, broken, output, failed]) rmSync(path, { recursive: true });
  return all;
}

const start = measure(1);
console.log('volumes | ms each | MiB | there already: ms each | MiB | unreadable: ms each | MiB');
for (const number of numbers) {
  const cells = measure(number).flatMap(({ milliseconds, mebibytes }, i) => [
    ((milliseconds - start[i].milliseconds) / number).toFixed(2),
    mebibytes.toFixed(0),
  ]);
  console.log([number, ...cells].join(' | '));
}
rmSync(folder, { recursive: true });
