import { type PaperProtocol, type PaperProtocolResult, paperProtocol } from '@sts-net/metrics';
import type { NdArray } from 'ndarray';

/** The paper's protocol over slices, and what it hides. */
export type SliceScores = Omit<PaperProtocolResult, 'cases'>;

/**
 * Scores a volume, masks of 0 and 1 in C order, slice by slice.
 *
 * @param axis that slices are cut across
 * @param ignored 1 for each voxel on which nothing counts
 */
export function scoreSlices(
  id: string,
  prediction: NdArray<Uint8Array>,
  truth: NdArray<Uint8Array>,
  axis: 0 | 1 | 2,
  ignored: NdArray<Uint8Array> | undefined,
): PaperProtocol {
  const protocol = paperProtocol();
  for (let k = 0; k < truth.shape[axis]!; k++) {
    const [p, t] = [sliceAt(prediction, axis, k), sliceAt(truth, axis, k)];
    const name = `${id}_${String(k).padStart(4, '0')}`;
    if (ignored === undefined) {
      protocol.add(p, t, name);
      continue;
    }
    const kept = valuesOf(sliceAt(ignored, axis, k)).map((one) => one === 0);
    if (!kept.includes(true)) continue;
    const counting = (slice: NdArray<Uint8Array>) => valuesOf(slice).filter((_, i) => kept[i]);
    protocol.add(counting(p), counting(t), name);
  }
  return protocol;
}

/** The means of labels over those that have a score; slices are counted once for each label. */
export function meanSlices(labels: readonly SliceScores[]): SliceScores {
  const sum = (of: (one: SliceScores) => number) =>
    labels.reduce((total, one) => total + of(one), 0);
  return {
    ...meanScores(labels),
    floor: meanScores(labels.map(({ floor }) => floor)),
    images: {
      total: sum(({ images }) => images.total),
      skipped: sum(({ images }) => images.skipped),
      emptyTruth: sum(({ images }) => images.emptyTruth),
      emptyPrediction: sum(({ images }) => images.emptyPrediction),
    },
  };
}

type ProtocolScores = SliceScores['floor'];

function meanScores(labels: readonly ProtocolScores[]): ProtocolScores {
  return {
    paper: means(labels.map(({ paper }) => paper)),
    foreground: means(labels.map(({ foreground }) => foreground)),
    pooled: means(labels.map(({ pooled }) => pooled)),
    counted: labels.reduce((total, one) => total + one.counted, 0),
  };
}

function means<Scores extends object>(labels: readonly Scores[]): Scores {
  const entries = Object.keys(labels[0]!).map((name) => {
    const values = labels.map((one) => one[name as keyof Scores] as number);
    const defined = values.filter((value) => !Number.isNaN(value));
    return [name, defined.reduce((total, value) => total + value, 0) / defined.length];
  });
  return Object.fromEntries(entries) as Scores;
}

function sliceAt(labels: NdArray<Uint8Array>, axis: number, index: number): NdArray<Uint8Array> {
  return labels.pick(...[0, 1, 2].map((a) => (a === axis ? index : null)));
}

/** Pixels row by row. */
function valuesOf(slice: NdArray<Uint8Array>): number[] {
  const [rows, columns] = slice.shape as [number, number];
  return Array.from({ length: rows * columns }, (_, i) =>
    slice.get(Math.floor(i / columns), i % columns),
  );
}
