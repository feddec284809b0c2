// 2.5D samples of @sts-net/volume-io against NumPy's: a volume of 35 slices of 640×640 gives its 35
// samples of 480×480×3 (rows and columns 80 to 559, the slice and its neighbours as channels,
// at both ends the slice three times) with their masks.
//
//   npm run build && PYTHON=venv/bin/python node bench/slices.mjs
//
// That Python needs numpy. Samples as they are handed out (NumPy: by stack and crop), and samples written into
// one batch in memory, channels together (NumPy: from views, by assignment).
import { createVolume, crop, slices25d } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { compare } from './harness/compare.mjs';
import { python } from './harness/process.mjs';

const SHAPE = [35, 640, 640];

function ours() {
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

  const tasks = {};
  for (const [type, volume] of Object.entries(volumes)) {
    for (const [what, make] of [
      ['handed out', handOut],
      ['in a batch', fillBatch],
    ]) {
      tasks[`2.5D samples of ${type}, ${what}`] = () => {
        if (make(volume) !== 35) throw new Error('there must be 35 samples');
      };
    }
  }
  return { versions: {}, tools: { '@sts-net/volume-io': tasks } };
}

await compare({ name: 'slices', processes: { ours, python: python('slices.py') } });
