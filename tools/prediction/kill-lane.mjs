// Predicts many small volumes by four processes that are killed again and again at random moments
// (SIGKILL) and started anew, two of them with the same part, and compares what is there at the end to what
// one process leaves that was left alone: every output once, byte by byte, and nothing half.
//
//   npm run build && node tools/prediction/kill-lane.mjs [VOLUMES [KILLS]]
//
// 2000 volumes and 40 kills by default. Prints the seed of the moments; STS_NET_KILL_SEED sets it.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ndarray from 'ndarray';
import { createVolume, writeVolume } from '../../packages/volume-io/dist/index.js';
import { seededRandom } from '../lanes/seeded-random.mjs';

const [volumes = 2000, kills = 40] = process.argv.slice(2).map(Number);
const random = seededRandom();

const folder = mkdtempSync(join(tmpdir(), 'sts-net-predictions-'));
const at = (...names) => join(folder, ...names);
const command = new URL('../../packages/sts-net/dist/cli.js', import.meta.url).pathname;

const shape = [3, 24, 20];
async function write(path, seed, mask) {
  const data = Float32Array.from({ length: 3 * 24 * 20 }, (_, i) => 100 + ((i * 7919 + seed) % 97));
  const image = createVolume(ndarray(data, shape), { spacing: [3, 1, 1] });
  await writeVolume(`${path}.nii.gz`, image);
  if (mask === undefined) return;
  const labels = Uint8Array.from(data, (value) => Number(value > 190));
  await writeVolume(mask, createVolume(ndarray(labels, shape), { spacing: [3, 1, 1] }));
}
for (const name of ['images', 'cases']) mkdirSync(at(name));
for (const id of ['a', 'b', 'c'])
  await write(at('cases', id), id.charCodeAt(0), at(`${id}_mask.nii.gz`));
for (let i = 0; i < volumes; i++) await write(at('images', `v${String(i).padStart(5, '0')}`), i);
// One that cannot be read does not stop the others.
writeFileSync(at('images', 'broken.nii.gz'), 'no volume');
writeFileSync(
  at('config.json'),
  JSON.stringify({
    backend: 'wasm',
    model: { encoder: 'mobilenet_v2', decoder: 'unet' },
    data: {
      cases: { folder: '.', image: 'cases/{id}.nii.gz', mask: '{id}_mask.nii.gz' },
      split: { validation: ['c'] },
    },
    training: { steps: 2, batchSize: 2, validation: { every: 2 } },
    output: 'run',
  }),
);

/** Runs the command. @returns its exit code, null where it was killed */
function run(args, onStart = () => {}) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [command, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (data) => (text += data));
    onStart(child);
    child.on('close', (code) => done({ code, text }));
  });
}

function fail(text) {
  console.error(text);
  console.error(`left in ${folder}`);
  process.exit(1);
}

const trained = await run(['train', at('config.json')]);
if (trained.code !== 0) fail(trained.text);
const predict = (output, ...more) => [
  ...['predict', '--folder', at('images'), '--model', at('run'), '--output', at(output)],
  ...['--backend', 'wasm', '--probabilities', ...more],
];
const alone = await run(predict('alone'));
if (alone.code !== 65) fail(`alone: exit code ${alone.code}: ${alone.text}`);

let left = kills;
// The last two have the same part.
const parts = ['0/3', '1/3', '2/3', '2/3'];
await Promise.all(
  parts.map(async (part) => {
    for (;;) {
      let timer;
      const { code, text } = await run(predict('killed', '--shard', part), (child) => {
        // Starting alone takes a second or more.
        const wait = 500 + 6000 * random();
        timer = setTimeout(() => {
          if (left <= 0) return;
          left--;
          child.kill('SIGKILL');
        }, wait);
      });
      clearTimeout(timer);
      if (code === 0 || code === 65) return;
      if (code !== null) fail(`part ${part}: exit code ${code}: ${text}`);
    }
  }),
);

const files = (name) =>
  readdirSync(at(name))
    .filter((file) => !file.endsWith('.tmp'))
    .sort();
const [expected, found] = [files('alone'), files('killed')];
const missing = expected.filter((file) => !found.includes(file));
const extra = found.filter((file) => !expected.includes(file));
if (missing.length > 0 || extra.length > 0) fail(`missing ${missing}; too many ${extra}`);
for (const file of expected) {
  const [one, other] = ['alone', 'killed'].map((name) => readFileSync(at(name, file)));
  if (!one.equals(other)) fail(`${file} differs`);
}
const leftovers = readdirSync(at('killed')).length - found.length;
console.log(
  `${kills - left} kills; ${expected.length} files of ${volumes} volumes are the same bytes; ${leftovers} temporary files were left by what was killed`,
);
rmSync(folder, { recursive: true });
