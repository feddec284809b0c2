import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { amplify, compact } from '@sts-net/amplify';
import ndarray from 'ndarray';

const [python = 'python3'] = process.argv.slice(2);
const ROUNDS = 15;
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
const ratio = own / peers;
console.log(
  `six outputs of a ${SIZE}×${SIZE}×3 sample: ${own.toFixed(2)} ms / OpenCV ${peers.toFixed(2)} ms, ratio ${ratio.toFixed(2)}`,
);
