import { isFlatImage, placeLabels, readImageFile } from '@sts-net/datasets';
import type { Volume } from '@sts-net/volume-io';
import type { ProbabilityFiles } from './find-probabilities.ts';
import type { CaseMasks, MaskOptions } from './read-masks.ts';

/** Probabilities of what is scored, in C order on the grid of the truth, 0 … 1. */
export interface PairProbabilities {
  /** The labels that have them. */
  readonly labels: readonly number[];
  /** `undefined` is all above 0 as one target. */
  of(label: number | undefined): Float32Array;
}

/** What rounding adds to 1, as of whole numbers with a factor. */
const rounding = 1e-4;

/**
 * Reads the probabilities of what is scored; of several classes that are one target their sum.
 *
 * @param prefix what errors say before the path
 * @throws RangeError naming the file, if it holds other numbers, or lies elsewhere than the truth; or if a label
 *   that the masks hold has none
 */
export async function readProbabilities(
  files: ProbabilityFiles,
  masks: Pick<CaseMasks, 'truth' | 'labels' | 'isOneTarget' | 'inPixels'>,
  label: MaskOptions['label'],
  prefix = '',
): Promise<PairProbabilities> {
  const read = (path: string): Promise<Float32Array> => readOne(path, masks, prefix);
  if (masks.isOneTarget) {
    const target = await sumOf(pathsOf(files, label, prefix), read);
    return { labels: [1], of: () => target };
  }
  const named = typeof files === 'string' ? new Map([[1, files]]) : files;
  const lacking = masks.labels.find((one) => !named.has(one));
  if (lacking !== undefined) {
    throw new RangeError(
      `${prefix}there must be probabilities of label ${lacking}, which is scored, but there are those of ${[...named.keys()].join(', ')} only; add them as '…_probability-${lacking}', or give \`label\``,
    );
  }
  const all = new Map<number, Float32Array>();
  for (const [number, path] of named) all.set(number, await read(path));
  return {
    labels: [...all.keys()],
    of: (one) => all.get(one ?? 1)!,
  };
}

/** The files of what is one target. */
function pathsOf(
  files: ProbabilityFiles,
  label: MaskOptions['label'],
  prefix: string,
): readonly string[] {
  if (typeof files === 'string') return [files];
  if (label === undefined || label === 'all') return [...files.values()];
  return label.map((one) => {
    const path = files.get(one);
    if (path !== undefined) return path;
    throw new RangeError(
      `${prefix}there must be probabilities of label ${one}, but there are those of ${[...files.keys()].join(', ')} only; add them as '…_probability-${one}'`,
    );
  });
}

/** Adds those of another class: classes exclude one another, so that the probability of either is the sum. */
export function addClass(sum: Float32Array, more: Float32Array): Float32Array {
  for (let i = 0; i < sum.length; i++) sum[i] = Math.min(1, sum[i]! + more[i]!);
  return sum;
}

async function sumOf(
  paths: readonly string[],
  read: (path: string) => Promise<Float32Array>,
): Promise<Float32Array> {
  const sum = await read(paths[0]!);
  for (const path of paths.slice(1)) addClass(sum, await read(path));
  return sum;
}

async function readOne(
  path: string,
  { truth, inPixels }: Pick<CaseMasks, 'truth' | 'inPixels'>,
  prefix: string,
): Promise<Float32Array> {
  const subject = `${prefix}'${path}'`;
  const placed: Volume = placeLabels(await readImageFile(path), truth, {
    subject,
    reference: 'the truth',
    placeless: inPixels || isFlatImage(path),
  });
  const { voxels } = placed;
  const [slices, rows, columns] = voxels.shape as [number, number, number];
  const values = new Float32Array(voxels.size);
  let at = 0;
  for (let s = 0; s < slices; s++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++, at++) {
        const value = voxels.get(s, r, c);
        if (!(value >= -rounding && value <= 1 + rounding)) {
          throw new RangeError(
            `${subject} must hold probabilities from 0 to 1, got ${value} at [slice, row, column] [${s}, ${r}, ${c}]; give what a network says after its softmax or sigmoid, whole numbers with their factor in the header`,
          );
        }
        values[at] = Math.min(1, Math.max(0, value));
      }
    }
  }
  return values;
}
