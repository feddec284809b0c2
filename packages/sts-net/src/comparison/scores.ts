import {
  averageSymmetricSurfaceDistance,
  type Confusion,
  confusion,
  dice,
  type EmptyPolicy,
  hausdorffDistance,
  iou,
  type LabelGrid,
  type LesionWiseResult,
  lesionWise,
  normalizedSurfaceDice,
  precision,
  recall,
  type SurfaceDistances,
  surfaceDistances,
  volumetricSimilarity,
} from '@sts-net/metrics';

/** What one case is measured by; each part is made when a score first asks for it. */
interface Measurements {
  counts(): Confusion;
  surfaces(): SurfaceDistances;
  lesions(empty: EmptyPolicy): LesionWiseResult;
  readonly tolerance: number;
}

export type ScoreName =
  | 'dice'
  | 'iou'
  | 'precision'
  | 'recall'
  | 'volumetric-similarity'
  | 'hd95'
  | 'assd'
  | 'nsd'
  | 'lesion-precision'
  | 'lesion-recall'
  | 'lesion-f1';

export interface Score {
  readonly title: string;
  /** mm for distances, nothing for shares from 0 to 1. */
  readonly unit: '' | 'mm';
  readonly better: 'higher' | 'lower';
  readonly of: (case_: Measurements, empty: EmptyPolicy) => number;
}

const share = { unit: '', better: 'higher' } as const;
const distance = { unit: 'mm', better: 'lower' } as const;

/** The scores that methods are compared by, of the foreground of whole volumes. */
export const scores: Readonly<Record<ScoreName, Score>> = {
  dice: { ...share, title: 'Dice', of: (of, empty) => dice(of.counts(), { empty }) },
  iou: { ...share, title: 'IoU', of: (of, empty) => iou(of.counts(), { empty }) },
  precision: {
    ...share,
    title: 'precision',
    of: (of, empty) => precision(of.counts(), { empty }),
  },
  recall: { ...share, title: 'recall', of: (of, empty) => recall(of.counts(), { empty }) },
  'volumetric-similarity': {
    ...share,
    title: 'volumetric similarity',
    of: (of, empty) => volumetricSimilarity(of.counts(), { empty }),
  },
  hd95: {
    ...distance,
    title: 'HD95 (mm)',
    of: (of, empty) => hausdorffDistance(of.surfaces(), { percentile: 95, empty }),
  },
  assd: {
    ...distance,
    title: 'average surface distance (mm)',
    of: (of, empty) => averageSymmetricSurfaceDistance(of.surfaces(), { empty }),
  },
  nsd: {
    ...share,
    title: 'surface Dice',
    of: (of, empty) => normalizedSurfaceDice(of.surfaces(), { tolerance: of.tolerance, empty }),
  },
  'lesion-precision': {
    ...share,
    title: 'lesion precision',
    of: (of, empty) => of.lesions(empty).precision,
  },
  'lesion-recall': {
    ...share,
    title: 'lesion recall',
    of: (of, empty) => of.lesions(empty).recall,
  },
  'lesion-f1': { ...share, title: 'lesion F1', of: (of, empty) => of.lesions(empty).f1 },
};

/** A score of one case. */
export interface CaseScore {
  /** `NaN` where the rule for empty masks leaves it out. */
  readonly value: number;
  /** Whether masks were empty, so that the rule decided. */
  readonly byRule: boolean;
}

export interface ScoreCaseOptions {
  readonly id: string;
  /** mm, in the order of the axes. */
  readonly spacing: readonly number[];
  /** Of the surface Dice, mm. */
  readonly tolerance: number;
  readonly empty: EmptyPolicy;
}

/** The scores `names` of a mask of 0 and 1 against its truth. */
export function scoreCase(
  prediction: LabelGrid,
  truth: LabelGrid,
  names: readonly ScoreName[],
  { id, spacing, tolerance, empty }: ScoreCaseOptions,
): Partial<Record<ScoreName, CaseScore>> {
  const lesions = (rule: EmptyPolicy): (() => LesionWiseResult) =>
    once(() => lesionWise(prediction, truth, { id, spacing, empty: rule }));
  const [unruled, ruled] = [lesions('nan'), lesions(empty)];
  const measured: Measurements = {
    tolerance,
    counts: once(() => confusion(prediction, truth, { id })),
    surfaces: once(() => surfaceDistances(prediction, truth, { id, spacing })),
    lesions: (rule) => (rule === 'nan' ? unruled() : ruled()),
  };
  const entries = names.map((name) => {
    const value = scores[name].of(measured, 'nan');
    const byRule = Number.isNaN(value);
    return [name, { value: byRule ? scores[name].of(measured, empty) : value, byRule }] as const;
  });
  return Object.fromEntries(entries);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
