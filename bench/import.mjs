// What importing the packages costs beside TensorFlow.js alone: processor time and memory of fresh
// processes, taking turns; medians. Usage: npm run build && node bench/import.mjs [rounds]
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('../packages/sts-net', import.meta.url));
const tensorflow = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'];
const programs = {
  'Node.js alone': [],
  'tfjs-core with tfjs-layers': tensorflow,
  'sts-net': ['sts-net'],
  '@sts-net/model': ['@sts-net/model'],
  '@sts-net/training': ['@sts-net/training'],
  '@sts-net/inference': ['@sts-net/inference'],
  '@sts-net/datasets': ['@sts-net/datasets'],
  '@sts-net/volume-io': ['@sts-net/volume-io'],
  '@sts-net/metrics': ['@sts-net/metrics'],
};
const [most, mostMegabytes] = [1.5, 20];

function measure(names) {
  const code = `${names.map((name) => `await import('${name}');`).join('')}
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ ms: (user + system) / 1000, mb: process.memoryUsage.rss() / 2 ** 20 }));`;
  return JSON.parse(
    execFileSync('node', ['--input-type=module', '-e', code], { cwd, encoding: 'utf8' }),
  );
}

const rounds = Number(process.argv[2] ?? 9);
const results = new Map(Object.keys(programs).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, imports] of Object.entries(programs)) results.get(name).push(measure(imports));
}
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const base = results.get('tfjs-core with tfjs-layers');
console.log(
  'import'.padEnd(28),
  'ms'.padStart(6),
  'MB'.padStart(6),
  'of TensorFlow.js'.padStart(18),
);
let failed = false;
for (const [name, values] of results) {
  const ratio = median(values.map(({ ms }, round) => ms / base[round].ms));
  const megabytes = median(values.map(({ mb }, round) => mb - base[round].mb));
  const [ms, mb] = [median(values.map((one) => one.ms)), median(values.map((one) => one.mb))];
  console.log(
    name.padEnd(28),
    ms.toFixed(0).padStart(6),
    mb.toFixed(0).padStart(6),
    `${ratio.toFixed(2)}×, ${megabytes >= 0 ? '+' : '−'}${Math.abs(megabytes).toFixed(0)} MB`.padStart(
      18,
    ),
  );
  if (name === 'sts-net') failed = ratio > most || megabytes > mostMegabytes;
}
if (failed) {
  console.error(
    `sts-net: must cost at most ${most} times TensorFlow.js and ${mostMegabytes} MB more`,
  );
  process.exit(1);
}
