// Six outputs (method 4: the original, A1 to A4, the centre crop) of a 480×480×3 float32 sample with its
// mask, against the same by OpenCV in Python, both on one thread:
//
//   npm run build && node bench/amplify.mjs venv/bin/python
//
// That Python needs numpy and opencv-python-headless. Both sides hand on arrays of their own, so flips are
// copied on both (`compact` here, `cv2.flip` there), and drop them at once. They take turns; prints the least
// processor time of each, and their ratio. Both processes keep the memory that they free: what the C library
// gives back to the system costs page faults, which vary more than the work does. (glibc alone knows these
// settings.)
//
// Last measured (Node.js 20.20.2, OpenCV 4.11.0 with its Intel library, two processors otherwise idle):
// 4.0 ms / 1.7 ms = 2.3 to 2.4.

import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { amplify, compact } from '@sts-net/amplify';
import ndarray from 'ndarray';

const keepMemory = { MALLOC_TRIM_THRESHOLD_: '500000000', MALLOC_MMAP_THRESHOLD_: '500000000' };
if (process.env.MALLOC_TRIM_THRESHOLD_ === undefined) {
  const env = { ...process.env, ...keepMemory };
  process.exit(
    spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' }).status,
  );
}

const [python = 'python3'] = process.argv.slice(2);
const ROUNDS = 25;
const SAMPLES = 20;
const SIZE = 480;

let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const image = ndarray(
  Float32Array.from({ length: SIZE * SIZE * 3 }, () => 1023 * random()),
  [SIZE, SIZE, 3],
);
const mask = ndarray(new Uint8Array(SIZE * SIZE), [SIZE, SIZE]);
for (let row = 0; row < SIZE; row++)
  for (let column = 0; column < SIZE; column++)
    if (((column - 210) / 14) ** 2 + ((row - 260) / 9) ** 2 < 1) mask.set(row, column, 1);

function six(id) {
  const original = { id, group: 'bench', image, mask };
  return [...amplify(original, { method: 4 })].map((sample) =>
    /_A[12]$/.test(sample.id) ? compact(sample) : sample,
  );
}

/** Milliseconds of processor time a sample. */
function ours() {
  const start = process.cpuUsage();
  for (let i = 0; i < SAMPLES; i++) six(`sample ${i}`);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / SAMPLES;
}

const script = fileURLToPath(new URL('amplify.py', import.meta.url));
const peer = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface(peer.stdout)[Symbol.asyncIterator]();
async function theirs() {
  peer.stdin.write(`${SAMPLES}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error(`${python} could not run ${script}`);
  return Number(value);
}

const least = (values) => Math.min(...values);
const times = { ours: [], theirs: [] };
for (let round = -3; round < ROUNDS; round++) {
  const pair = [ours(), await theirs()];
  if (round < 0) continue;
  times.ours.push(pair[0]);
  times.theirs.push(pair[1]);
}
peer.stdin.end();
const [own, peers] = [least(times.ours), least(times.theirs)];
console.log(
  `six outputs of a ${SIZE}×${SIZE}×3 sample: ${own.toFixed(2)} ms / OpenCV ${peers.toFixed(2)} ms = ${(own / peers).toFixed(2)}`,
);
