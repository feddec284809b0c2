import { foregroundOf } from '@sts-net/inference';
import {
  type LesionWiseResult,
  lesionWise,
  type PaperProtocolResult,
  paperProtocol,
} from '@sts-net/metrics';
import type { Volume } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';

/** A prediction with its truth, labels of one shape. */
export interface VolumePair {
  readonly id: string;
  readonly prediction: Volume<Uint8Array>;
  readonly truth: Volume<Uint8Array>;
}

/** How the lesions of a volume (3-D, 26 neighbours) were found; see `lesionWise`. */
export interface LesionScores
  extends Pick<
    LesionWiseResult,
    'found' | 'missed' | 'falsePositives' | 'precision' | 'recall' | 'f1'
  > {
  /** Predicted lesions, true or false. */
  readonly predicted: number;
}

export interface CaseScores {
  readonly id: string;
  /** Over the slices of this case. */
  readonly slices: Omit<PaperProtocolResult, 'cases'>;
  readonly lesions: LesionScores;
}

/** Scores of a set of volumes. Foreground is every label but 0. */
export interface Evaluation {
  /** Over the slices of all cases: the paper's protocol, foreground only, pooled, and the floor. */
  readonly slices: PaperProtocolResult;
  /** Over the lesions of all cases: counts added up. */
  readonly lesions: LesionScores;
  readonly cases: readonly CaseScores[];
}

/**
 * Scores label volumes slice by slice (the paper's protocol and what it hides) and lesion by lesion.
 *
 * @param axis the axis of `[slice, row, column]` that slices are cut across
 * @throws RangeError naming the case, if prediction and truth differ in shape.
 */
export async function evaluateVolumes(
  pairs: Iterable<VolumePair> | AsyncIterable<VolumePair>,
  axis: 0 | 1 | 2 = 0,
): Promise<Evaluation> {
  const all = paperProtocol();
  const cases: CaseScores[] = [];
  for await (const { id, prediction, truth } of pairs) {
    const [p, t] = [foregroundOf(prediction.voxels), foregroundOf(truth.voxels)];
    if (p.shape.join() !== t.shape.join()) {
      throw new RangeError(
        `case '${id}': prediction and truth must have one shape, got [${p.shape.join(', ')}] and [${t.shape.join(', ')}]; are they of the same image?`,
      );
    }
    const own = paperProtocol();
    for (let k = 0; k < t.shape[axis]!; k++) {
      own.add(sliceAt(p, axis, k), sliceAt(t, axis, k), `${id}_${String(k).padStart(4, '0')}`);
    }
    all.merge(own);
    const { cases: _, ...slices } = own.result();
    cases.push({ id, slices, lesions: lesionScores(lesionWise(p, t, { id })) });
  }
  return { slices: all.result(), lesions: sumLesions(cases), cases };
}

function sliceAt(labels: NdArray<Uint8Array>, axis: number, index: number): NdArray<Uint8Array> {
  return labels.pick(...[0, 1, 2].map((a) => (a === axis ? index : null)));
}

function lesionScores(result: LesionWiseResult): LesionScores {
  const { found, missed, falsePositives, precision, recall, f1, predictions } = result;
  return { found, missed, falsePositives, predicted: predictions.length, precision, recall, f1 };
}

function sumLesions(cases: readonly CaseScores[]): LesionScores {
  const sum = (key: keyof LesionScores): number =>
    cases.reduce((total, { lesions }) => total + lesions[key], 0);
  const [found, missed] = [sum('found'), sum('missed')];
  const [falsePositives, predicted] = [sum('falsePositives'), sum('predicted')];
  const precision = (predicted - falsePositives) / predicted;
  const recall = found / (found + missed);
  const f1 = found === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { found, missed, falsePositives, predicted, precision, recall, f1 };
}
