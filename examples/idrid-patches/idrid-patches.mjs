// Cuts photographs of the retina, laid out as IDRiD's segmentation part is, into patches with masks:
//
//   node idrid-patches.mjs FOLDER OUTPUT [LESION]
//
// FOLDER/images/train/IDRiD_01.jpg has the lesions of a kind (MA, HE, EX, SE; microaneurysms if nothing is said) in
// FOLDER/masks/MA/IDRiD_01_MA.png; see README.md for what is cut.
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readImage, writeImage } from '@sts-net/volume-io';
import ndarray from 'ndarray';

/** Pixels of a patch at half of the photograph's resolution. */
const side = 256;
/** Green of the black around the retina lies below this, of 255. */
const black = 15;

/** The green channel, in which small vessels and bleedings are darkest, as means of 2 × 2 pixels. */
function halvedGreen(pixels) {
  return halved(pixels, 1, (a, b, c, d) => (a + b + c + d + 2) >> 2);
}

/** 1 where one of 2 × 2 pixels is of a lesion, so that none is lost. */
function halvedMask(pixels) {
  return halved(pixels, 0, (a, b, c, d) => ((a | b | c | d) === 0 ? 0 : 1));
}

function halved(pixels, channel, one) {
  const [rows, columns] = pixels.shape.map((length) => length >> 1);
  const result = ndarray(new Uint8Array(rows * columns), [rows, columns]);
  const at = (row, column) => pixels.get(row, column, channel);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, to++) {
      const [y, x] = [2 * row, 2 * column];
      result.data[to] = one(at(y, x), at(y, x + 1), at(y + 1, x), at(y + 1, x + 1));
    }
  }
  return result;
}

/** Where patches begin so that they cover `length` evenly, the last one ending at the edge. */
function starts(length) {
  const count = Math.ceil(length / side);
  return Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (length - side)) / (count - 1)),
  );
}

function patchOf(image, row, column) {
  const patch = ndarray(new Uint8Array(side * side), [side, side]);
  for (let y = 0, to = 0; y < side; y++)
    for (let x = 0; x < side; x++, to++) patch.data[to] = image.get(row + y, column + x);
  return patch;
}

/** Writes the patches of each photograph; returns how many there are, and how many hold a lesion. */
export async function cutPatches(folder, output, lesion = 'MA') {
  const photographs = (await readdir(join(folder, 'images', 'train')))
    .filter((file) => file.endsWith('.jpg'))
    .sort();
  if (photographs.length === 0) throw new Error(`there is no JPEG in '${folder}/images/train'`);
  for (const part of ['images', 'masks']) await mkdir(join(output, part), { recursive: true });
  let [patches, withLesion] = [0, 0];
  for (const file of photographs) {
    const id = file.slice(0, -'.jpg'.length);
    const image = halvedGreen((await readImage(join(folder, 'images', 'train', file))).pixels);
    const drawn = join(folder, 'masks', lesion, `${id}_${lesion}.png`);
    const mask = halvedMask((await readImage(drawn)).pixels);
    const [rows, columns] = image.shape;
    if (mask.shape.join() !== image.shape.join()) {
      throw new Error(`'${drawn}' is not as large as its photograph`);
    }
    if (rows < side || columns < side) {
      throw new Error(`'${file}' is smaller than ${2 * side} × ${2 * side} pixels`);
    }
    for (const row of starts(rows)) {
      for (const column of starts(columns)) {
        const patch = patchOf(image, row, column);
        const lit = patch.data.reduce((count, value) => count + (value < black ? 0 : 1), 0);
        if (lit < patch.size / 2) continue;
        const drawnPatch = patchOf(mask, row, column);
        // What comes before the sign tells the photograph, by which patches are divided.
        const name = `${id}@${row}-${column}.png`;
        await writeImage(join(output, 'images', name), patch);
        await writeImage(join(output, 'masks', name), drawnPatch);
        patches++;
        if (drawnPatch.data.includes(1)) withLesion++;
      }
    }
  }
  return { photographs: photographs.length, patches, withLesion };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder, output, lesion] = process.argv.slice(2);
  if (output === undefined) {
    console.error('usage: node idrid-patches.mjs FOLDER OUTPUT [LESION]');
    process.exit(1);
  }
  const { photographs, patches, withLesion } = await cutPatches(folder, output, lesion);
  console.log(
    `${patches} patches of ${photographs} photographs in ${output}, ${withLesion} of them with a lesion`,
  );
}
