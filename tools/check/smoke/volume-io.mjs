import { ndarray } from '@sts-net/views';
import {
  createVolume,
  decodeImage,
  decodeVolume,
  encodeImage,
  encodeVolume,
  slices25d,
  stackSlices,
} from '@sts-net/volume-io';

const voxels = ndarray(
  Int16Array.from({ length: 60 }, (_, i) => i - 5),
  [5, 4, 3],
);
const volume = createVolume(voxels, { spacing: [3, 2, 1] });
for (const format of ['nifti', 'nrrd', 'metaimage']) {
  const back = await decodeVolume(await encodeVolume(volume, { format }));
  if (back.voxels.get(4, 3, 2) !== 54 || back.spacing.join() !== '3,2,1') {
    throw new Error(`${format}: ${back.spacing}`);
  }
}
const png = await decodeImage(await encodeImage(ndarray(Uint8Array.of(1, 2, 3, 4), [2, 2])));
if (png.pixels.get(1, 1, 0) !== 4) throw new Error('PNG');
const masks = [...slices25d(volume)].map(({ mask }) => mask);
if (stackSlices(masks, volume).voxels.shape.join() !== '5,4,3') throw new Error('slices');
