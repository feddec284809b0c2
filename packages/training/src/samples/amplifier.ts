import {
  type AmplificationMethod,
  amplifiedCopy,
  areaLimit,
  copyNames,
  isAmplified,
} from '@sts-net/amplify';
import type { Sample } from '@sts-net/volume-io';
import { withIgnore } from './ignored.ts';
import { marked } from './mark.ts';
import { sliceStatistics, type TrainingItem, type TrainingSlice } from './training-items.ts';

/** Extra copies of the training samples whose lesions are small. */
export interface AmplificationOptions {
  /** Which copies: method 1–4 of the paper, or none. */
  readonly method: 'none' | AmplificationMethod;
  /** Samples with fewer lesion pixels are amplified. @default the method's N1 or N2 of the training split */
  readonly threshold?: number | undefined;
  /** The fifteen copies of the authors' code in place of the method's standard ones. @default false */
  readonly extended?: boolean | undefined;
}

/** The training items with their amplified copies, and how an item becomes a sample. */
export interface Amplifier {
  readonly items: readonly TrainingItem[];
  /** Lesion pixels below which slices are amplified; 0 without amplification. */
  readonly threshold: number;
  sample(original: Sample, item: TrainingItem): Sample;
}

/** Adds copies of the slices with small lesions to the slices; the copies are made when drawn. */
export function createAmplifier(
  { method, threshold: given, extended = false }: AmplificationOptions,
  slices: readonly TrainingSlice[],
  seed: number,
): Amplifier {
  const originals = slices.map((slice) => ({ slice, copy: 'none' }));
  if (method === 'none') {
    return { items: originals, threshold: 0, sample: asMarked };
  }
  const threshold = areaLimit({ method, threshold: given ?? sliceStatistics(slices) });
  const copies = copyNames({ method, extended });
  const amplified = slices
    .filter(({ lesionArea }) => isAmplified(lesionArea, threshold))
    .flatMap((slice) => copies.map((copy) => ({ slice, copy })));
  return {
    items: [...originals, ...amplified],
    threshold,
    sample(original, item) {
      const { copy } = item;
      if (copy === 'none') return asMarked(original, item);
      // A centre crop cannot be made of a lesion that lies on the border.
      return amplifiedCopy(withIgnore(original), copy, { method, extended, seed }) ?? original;
    },
  };
}

function asMarked(original: Sample, { at }: TrainingItem): Sample {
  return at === undefined ? original : marked(original, at);
}
