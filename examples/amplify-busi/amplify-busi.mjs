// Amplifies the images with small lesions of a folder laid out as BUSI is:
//
//   node amplify-busi.mjs FOLDER OUTPUT
//
// FOLDER/benign/benign (1).png has its lesions in `benign (1)_mask.png`, and further ones in
// `benign (1)_mask_1.png`, …; OUTPUT gets the images and their copies in the same layout, with one mask
// for each.
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { amplify, lesionStatistics } from '@sts-net/amplify';
import { readImage, writeImage } from '@sts-net/volume-io';
import ndarray from 'ndarray';

/** The images of a BUSI folder with the masks of each, as paths without the folder. */
async function listImages(folder) {
  const files = (await readdir(folder, { recursive: true })).sort();
  const images = files
    .filter((file) => file.endsWith('.png') && !/_mask(_\d+)?\.png$/.test(file))
    .map((file) => file.slice(0, -'.png'.length));
  return images.map((id) => ({
    id,
    masks: files.filter(
      (file) => file.startsWith(`${id}_mask`) && /^_mask(_\d+)?\.png$/.test(file.slice(id.length)),
    ),
  }));
}

/** The union of the masks of an image, 1 on 0. */
async function readMask(folder, { id, masks }) {
  if (masks.length === 0) {
    throw new Error(`'${join(folder, id)}.png' has no mask; BUSI calls it '${id}_mask.png'`);
  }
  let union;
  for (const file of masks) {
    const { pixels } = await readImage(join(folder, file));
    const [rows, columns] = pixels.shape;
    union ??= ndarray(new Uint8Array(rows * columns), [rows, columns]);
    if (union.shape.join() !== [rows, columns].join()) {
      throw new Error(`'${join(folder, file)}' is not as large as the first mask of its image`);
    }
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        if (pixels.get(row, column, 0) !== 0) union.set(row, column, 1);
  }
  return union;
}

async function readSample(folder, image) {
  const { pixels } = await readImage(join(folder, `${image.id}.png`));
  const floats = ndarray(
    Float32Array.from(pixels.data),
    pixels.shape,
    pixels.stride,
    pixels.offset,
  );
  // BUSI does not say which images are of one patient.
  return { id: image.id, group: image.id, image: floats, mask: await readMask(folder, image) };
}

async function writeSample(output, { id, image, mask }) {
  const bytes = (array, scale) => {
    const result = ndarray(new Uint8Array(array.size), array.shape);
    const [rows, columns, channels = 1] = array.shape;
    for (let row = 0, to = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let channel = 0; channel < channels; channel++)
          result.data[to++] = Math.round(scale * array.get(row, column, channel));
    return result;
  };
  await writeImage(join(output, `${id}.png`), bytes(image, 1));
  await writeImage(join(output, `${id}_mask.png`), bytes(mask, 255));
}

/** Amplifies by the paper's method 4; returns what was found and made. */
export async function amplifyBusi(folder, output) {
  const images = await listImages(folder);
  if (images.length === 0) throw new Error(`there is no PNG in '${folder}'`);
  const masks = [];
  for (const image of images) masks.push(await readMask(folder, image));
  const statistics = lesionStatistics(masks);
  const ids = [];
  for (const image of images) {
    const sample = await readSample(folder, image);
    await mkdir(join(output, image.id, '..'), { recursive: true });
    for (const one of amplify(sample, { method: 4, threshold: statistics, seed: 2021 })) {
      await writeSample(output, one);
      ids.push(one.id);
    }
  }
  return { statistics, images: images.length, ids };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder, output] = process.argv.slice(2);
  if (output === undefined) {
    console.error('usage: node amplify-busi.mjs FOLDER OUTPUT');
    process.exit(1);
  }
  const { statistics, images, ids } = await amplifyBusi(folder, output);
  const { slicesWithLesion, totalArea, n1, n2 } = statistics;
  console.log(
    `${images} images, ${slicesWithLesion} with a lesion (A), ${totalArea} lesion pixels (S)`,
  );
  console.log(`N1 = ${n1}, N2 = ${n2}: images with 5 < lesion area < ${n2} are amplified`);
  console.log(`${ids.length} images in ${output}, ${ids.length - images} of them copies`);
}
