// Six outputs (method 4: the original, A1 to A4, the centre crop) of a 480×480×3 float32 sample with its
// mask, against the same by OpenCV in Python, both on one thread:
//
//   npm run build && PYTHON=venv/bin/python node bench/amplify.mjs
//
// That Python needs numpy and opencv-python-headless. Both sides hand on arrays of their own, so flips are
// copied on both (`compact` here, `cv2.flip` there), and drop them at once; or both write images into five
// arrays that are lent again for every sample (`lend` here, `dst` there), which lie beside the sample's own
// in WebAssembly's memory in the third task (`imageArrays`). Both keep the memory that they
// free: what the C library gives back to the system costs page faults, which vary more than the work does.
// (glibc alone knows these settings.)
import { amplify, compact, imageArrays } from '@sts-net/amplify';
import ndarray from 'ndarray';
import { compare } from './harness/compare.mjs';
import { python } from './harness/process.mjs';

const SIZE = 480;

function ours() {
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

  let count = 0;
  const six = (options, pixels = image.data) => {
    const original = {
      id: `sample ${count++}`,
      group: 'bench',
      image: ndarray(pixels, image.shape),
      mask,
    };
    return [...amplify(original, { method: 4, ...options })].map((sample) =>
      /_A[12]$/.test(sample.id) ? compact(sample, options) : sample,
    );
  };
  const lent = Array.from({ length: 5 }, () => new Float32Array(image.size));
  const [own, ...beside] = imageArrays(6, image.size);
  own.set(image.data);
  let next = 0;
  const tasks = {
    'six outputs, new arrays': () => six({}),
    'six outputs, lent arrays': () => six({ lend: () => lent[next++ % 5] }),
    'six outputs, `imageArrays`': () => six({ lend: () => beside[next++ % 5] }, own),
  };
  return { versions: {}, tools: { '@sts-net/amplify': tasks } };
}

await compare({
  name: 'amplify',
  rounds: 25,
  env: { MALLOC_TRIM_THRESHOLD_: '500000000', MALLOC_MMAP_THRESHOLD_: '500000000' },
  processes: { ours, python: python('amplify.py') },
});
