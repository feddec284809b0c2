// 2.5D samples of @sts-net/volume-io against NumPy's: a volume of 35 slices of 640×640 gives its 35
// samples of 480×480×3 (rows and columns 80 to 559, the slice and its neighbours as channels,
// at both ends the slice three times) with their masks.
//
//   npm run build && node bench/slices.mjs python3
//
// That Python needs numpy. Prints the least processor time of each in milliseconds and ours as a
// share of theirs, measured in turns: samples as they are handed out (NumPy: by stack and crop), and
// samples written into one batch in memory, channels together (NumPy: from views, by assignment).
//
// Last measured (Node.js 20.20.2, NumPy 2.4.6, two processors otherwise idle):
//   float32, handed out: 0.1 / 13.6 = 0.00      int16, handed out: 19.0 / 9.5 = 2.01
//   float32, in a batch: 32.9 / 32.1 = 1.03     int16, in a batch: 34.7 / 35.8 = 0.97
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createVolume, crop, slices25d } from '@sts-net/volume-io';
import ndarray from 'ndarray';

const ROUNDS = 5;
const SHAPE = [35, 640, 640];
const box = { start: [0, 80, 80], shape: [35, 480, 480] };
const cropped = (data) => crop(createVolume(ndarray(data, SHAPE)), box);
const float32 = Float32Array.from({ length: 35 * 640 * 640 }, (_, i) => (i * 7919) % 4096);
const volumes = { float32: cropped(float32), int16: cropped(Int16Array.from(float32)) };
const label = cropped(Uint8Array.from(float32, (value) => (value > 4090 ? 1 : 0)));
const images = new Float32Array(35 * 480 * 480 * 3);
const masks = new Uint8Array(35 * 480 * 480);

function handOut(volume) {
  let count = 0;
  for (const { image, mask } of slices25d(volume, { label })) {
    if (image.shape[2] === 3 && mask.shape[0] === 480) count++;
  }
  return count;
}

function fillBatch(volume) {
  let [toImage, toMask] = [0, 0];
  for (const { image, mask } of slices25d(volume, { label })) {
    const [byRow, byColumn, byChannel] = image.stride;
    for (let row = 0; row < 480; row++) {
      let from = image.offset + row * byRow;
      for (let column = 0; column < 480; column++, from += byColumn, toImage += 3) {
        images[toImage] = image.data[from];
        images[toImage + 1] = image.data[from + byChannel];
        images[toImage + 2] = image.data[from + 2 * byChannel];
      }
      const start = mask.offset + row * mask.stride[0];
      masks.set(mask.data.subarray(start, start + 480), toMask);
      toMask += 480;
    }
  }
  return toMask / 480 ** 2;
}

/** Least processor time of three calls in ms. */
function time(make, volume) {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const start = process.cpuUsage();
    if (make(volume) !== 35) throw new Error('there must be 35 samples');
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

const script = fileURLToPath(new URL('slices.py', import.meta.url));
const least = {};
const keep = (key, value) => {
  least[key] = Math.min(least[key] ?? Number.POSITIVE_INFINITY, value);
};
for (let round = 0; round < ROUNDS; round++) {
  const { stdout, stderr, status } = spawnSync(process.argv[2] ?? 'python3', [script], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    console.error(`Python could not run NumPy: ${stderr.trim().split('\n').at(-1)}`);
    process.exit(1);
  }
  for (const [key, value] of Object.entries(JSON.parse(stdout))) keep(`NumPy, ${key}`, value);
  for (const [type, volume] of Object.entries(volumes)) {
    keep(`${type}, handed out`, time(handOut, volume));
    keep(`${type}, in a batch`, time(fillBatch, volume));
  }
}
for (const type of Object.keys(volumes)) {
  for (const what of ['handed out', 'in a batch']) {
    const [own, peer] = [least[`${type}, ${what}`], least[`NumPy, ${type}, ${what}`]];
    console.log(
      `${type}, ${what}: ${own.toFixed(1)} / ${peer.toFixed(1)} = ${(own / peer).toFixed(2)}`,
    );
  }
}
