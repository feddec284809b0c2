import { ndarray } from '@sts-net/views';
import { lesionAt, lesionPixels } from '../lesion/lesion-pixels.ts';
import { type Random, randomInteger } from '../random/random.ts';
import { sampleSize } from '../sample/check-sample.ts';
import type { Sample } from '../sample/sample.ts';
import type { Transform } from './transform.ts';

export interface CopyPasteOptions {
  /** Samples to take lesions from: of the same split as those that are transformed, and of no other. */
  readonly donors: readonly Sample[];
  /** Pixels over which a lesion fades into its new surroundings. @default 2 */
  readonly feather?: number;
  /** Places to try before a sample is left as it is. @default 20 */
  readonly attempts?: number;
}

/**
 * Copies one lesion of another patient (another `group`) into a sample, at a drawn place where all is
 * background and nothing is missing (see `Sample.keepsZero`). Each channel is shifted so that the donor's surroundings match the new ones. Samples stay as they are where no donor of another group has a lesion or no place is found.
 * @throws {RangeError} if an option is out of range; when called, if donor and sample differ in channels
 */
export function copyPaste(options: CopyPasteOptions): Transform {
  const { donors, feather = 2, attempts = 20 } = options;
  for (const [option, value] of Object.entries({ feather, attempts })) {
    if (Number.isInteger(value) && value >= 0) continue;
    throw new RangeError(
      `\`copyPaste\`: \`${option}\` must be a whole number from 0, got ${value}`,
    );
  }
  const sources = donors
    .map((sample) => ({ sample, pixels: lesionPixels(sample.mask, sample.ignore) }))
    .filter(({ pixels }) => pixels.length > 0);
  return (sample, random) => {
    const others = sources.filter(({ sample: { group } }) => group !== sample.group);
    if (others.length === 0) return sample;
    const { sample: donor, pixels } = others[randomInteger(random, others.length)]!;
    sampleSize('copyPaste', sample);
    if (donor.image.shape[2] !== sample.image.shape[2]) {
      throw new RangeError(
        `\`copyPaste\`: donor ${donor.id} must have ${sample.image.shape[2]} channels as sample ${sample.id}, got ${donor.image.shape[2]}; prepare both alike`,
      );
    }
    const lesion = lesionAt(
      donor.mask,
      pixels[randomInteger(random, pixels.length)]!,
      donor.ignore,
    );
    const patch = patchOf(donor, lesion, feather);
    const place = freePlace(sample, patch, attempts, random);
    return place === undefined ? sample : pasted(sample, donor, patch, place);
  };
}

/** The box around a lesion and its rim, in the donor. */
interface Patch {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  /** Weight of the donor, row by row: 1 on the lesion, falling to 0 beyond the rim. */
  readonly weights: Float32Array;
  /** The lesion's labels, row by row. */
  readonly labels: Uint8Array;
}

function patchOf({ mask }: Sample, lesion: readonly number[], feather: number): Patch {
  const [donorHeight, donorWidth] = mask.shape as [number, number];
  const rows = lesion.map((at) => Math.floor(at / donorWidth));
  const columns = lesion.map((at) => at % donorWidth);
  const extreme = (values: readonly number[], pick: (a: number, b: number) => number) =>
    values.reduce((a, b) => pick(a, b));
  // One pixel more than the rim, which only tells what the surroundings are like.
  const rim = feather + 1;
  const top = Math.max(0, extreme(rows, Math.min) - rim);
  const left = Math.max(0, extreme(columns, Math.min) - rim);
  const height = Math.min(donorHeight - 1, extreme(rows, Math.max) + rim) + 1 - top;
  const width = Math.min(donorWidth - 1, extreme(columns, Math.max) + rim) + 1 - left;
  const labels = new Uint8Array(height * width);
  for (const [i, row] of rows.entries()) {
    labels[(row - top) * width + columns[i]! - left] = mask.get(row, columns[i]!);
  }
  let weights = new Float32Array(labels.length);
  for (let i = 0; i < labels.length; i++) if (labels[i] !== 0) weights[i] = 1;
  for (let step = 1; step <= feather; step++) {
    const weight = 1 - step / (feather + 1);
    const grown = weights.slice();
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const at = row * width + column;
        if (weights[at] !== 0) continue;
        const touches =
          (row > 0 && weights[at - width]! > weight) ||
          (row < height - 1 && weights[at + width]! > weight) ||
          (column > 0 && weights[at - 1]! > weight) ||
          (column < width - 1 && weights[at + 1]! > weight);
        if (touches) grown[at] = weight;
      }
    }
    weights = grown;
  }
  return { top, left, height, width, weights, labels };
}

/** Row and column for the patch's corner where it lies in the image, on background and on something. */
function freePlace(
  sample: Sample,
  patch: Patch,
  attempts: number,
  random: Random,
): readonly [row: number, column: number] | undefined {
  const { mask } = sample;
  const { height, width } = patch;
  const rows = mask.shape[0]! - height + 1;
  const columns = mask.shape[1]! - width + 1;
  if (rows < 1 || columns < 1) return undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const place = [randomInteger(random, rows), randomInteger(random, columns)] as const;
    const isFree = lesionPixels(mask.lo(...place).hi(height, width)).length === 0;
    if (isFree && !isOnNothing(sample, patch, place)) return place;
  }
  return undefined;
}

/** Whether a pixel of the lesion would lie where nothing is in any channel. */
function isOnNothing(
  { image, keepsZero }: Sample,
  { width, labels }: Patch,
  [row, column]: readonly [number, number],
): boolean {
  if (keepsZero === undefined) return false;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue;
    const [r, c] = [row + Math.floor(i / width), column + (i % width)];
    if (keepsZero.every((keeps, channel) => keeps && image.get(r, c, channel) === 0)) return true;
  }
  return false;
}

function pasted(
  sample: Sample,
  donor: Sample,
  { top, left, height, width, weights, labels }: Patch,
  [row, column]: readonly [number, number],
): Sample {
  const [rows, columns, channels] = sample.image.shape as [number, number, number];
  const image = ndarray(new Float32Array(rows * columns * channels), [rows, columns, channels]);
  const mask = ndarray(new Uint8Array(rows * columns), [rows, columns]);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      mask.set(r, c, sample.mask.get(r, c));
      for (let k = 0; k < channels; k++) image.set(r, c, k, sample.image.get(r, c, k));
    }
  }
  for (let k = 0; k < channels; k++) {
    let difference = 0;
    let count = 0;
    for (let i = 0; i < weights.length; i++) {
      const [r, c] = [Math.floor(i / width), i % width];
      // Other lesions of the donor are no surroundings.
      if (weights[i] !== 0 || donor.mask.get(top + r, left + c) !== 0) continue;
      difference +=
        sample.image.get(row + r, column + c, k) - donor.image.get(top + r, left + c, k);
      count++;
    }
    const shift = count === 0 ? 0 : difference / count;
    for (let r = 0; r < height; r++) {
      for (let c = 0; c < width; c++) {
        const weight = weights[r * width + c]!;
        if (weight === 0) continue;
        const old = image.get(row + r, column + c, k);
        const value = donor.image.get(top + r, left + c, k) + shift;
        image.set(row + r, column + c, k, old + weight * (value - old));
      }
    }
  }
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0) mask.set(row + Math.floor(i / width), column + (i % width), labels[i]!);
  }
  return { ...sample, image, mask };
}
