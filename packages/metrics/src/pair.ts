import { type DenseLabels, denseGrid, denseLabels, type Labels } from './grid.ts';

/** A prediction and its truth in C order, of equal shape. */
export interface LabelPair {
  readonly prediction: ArrayLike<number>;
  readonly truth: ArrayLike<number>;
  /** Undefined where both came as flat arrays. */
  readonly shape: readonly number[] | undefined;
}

/** Reads a prediction and its truth; throws where they are not of one shape. */
export function labelPair(prediction: Labels, truth: Labels, where: string): LabelPair {
  return pairOf(denseLabels, prediction, truth, where);
}

/** As `labelPair`, for scores that need neighbours: both 2-D or both 3-D grids. */
export function gridPair(
  prediction: Labels,
  truth: Labels,
  where: string,
): LabelPair & { readonly shape: readonly number[] } {
  return pairOf(denseGrid, prediction, truth, where) as ReturnType<typeof gridPair>;
}

function pairOf(
  read: (labels: Labels, subject: string) => DenseLabels,
  prediction: Labels,
  truth: Labels,
  where: string,
): LabelPair {
  const p = read(prediction, `${where}: prediction`);
  const t = read(truth, `${where}: truth`);
  checkShapes(p, t, where);
  return { prediction: p.values, truth: t.values, shape: t.shape ?? p.shape };
}

function checkShapes(p: DenseLabels, t: DenseLabels, where: string): void {
  if (t.values.length === 0) throw new RangeError(`${where}: truth must not be of size 0`);
  if (p.shape !== undefined && t.shape !== undefined) {
    if (p.shape.length !== t.shape.length) {
      throw new RangeError(
        `${where}: prediction and truth must have one rank, got ${p.shape.length}-D [${p.shape}] and ${t.shape.length}-D [${t.shape}]`,
      );
    }
    if (p.shape.some((length, axis) => length !== t.shape![axis])) {
      throw new RangeError(
        `${where}: prediction and truth must have one shape, got [${p.shape}] and [${t.shape}]; resample the prediction to the grid of the truth`,
      );
    }
  } else if (p.values.length !== t.values.length) {
    throw new RangeError(
      `${where}: prediction and truth must have one length, got ${p.values.length} and ${t.values.length}`,
    );
  }
}
