import { describe, expect, test } from 'vitest';
import {
  type CohenKappaOptions,
  cohenCounts,
  cohenKappa,
  type FleissKappaOptions,
  fleissCounts,
  fleissKappa,
  type RatingOptions,
} from '../src/agreement/index.ts';
import { type CalibrationOptions, calibrationCounts } from '../src/calibration/index.ts';
import {
  type CurveOptions,
  type DetectionsOptions,
  detectionCurve,
  detections,
  precisionRecallCurve,
  rocCurve,
  thresholdSweep,
} from '../src/curves/index.ts';
import { type CentreDistanceOptions, centreDistance } from '../src/distances/index.ts';
import * as metrics from '../src/index.ts';
import {
  hungarianMatching,
  type LesionLoadOptions,
  type LesionWiseHausdorffOptions,
  lesionLoad,
  lesionWiseHausdorff,
  type MatcherOptions,
  voronoiMatching,
} from '../src/lesions/index.ts';
import {
  type CentrelineDiceOptions,
  centrelineDice,
  type GeneralisedDiceOptions,
  generalisedDice,
  type SkeletonizeOptions,
  skeletonize,
} from '../src/overlap/index.ts';
import * as regions from '../src/regions/index.ts';
import {
  type CcDiceOptions,
  type CcSurfaceDiceOptions,
  ccDice,
  ccNormalizedSurfaceDice,
} from '../src/regions/index.ts';
import {
  bootstrapCases,
  bootstrapInterval,
  permutationTest,
  seededRandom,
} from '../src/statistics/index.ts';

const mask = { data: [0, 1, 1, 0], shape: [2, 2] };
const counts = { tp: 1, fp: 1, fn: 1, tn: 1 };
const sweep = thresholdSweep([0.1, 0.9], [0, 1]);

const lesionWiseOptions = {
  connectivity: 4,
  matching: 'iou',
  iouThreshold: 0.2,
  minimumSize: 2,
  dilation: 1,
  spacing: [1, 2],
  label: 1,
  empty: 'best',
  id: 'x',
} satisfies Required<metrics.LesionWiseOptions>;

/** Every function with all of its options, which the compiler holds to be complete. */
const calls: readonly (readonly [string, (options: never) => unknown, object])[] = [
  [
    'confusion',
    (options) => metrics.confusion(mask, mask, options),
    { classes: 2, ignoreIndex: 7, id: 'x' } satisfies Required<metrics.ConfusionOptions>,
  ],
  [
    'dice',
    (options) => metrics.dice(counts, options),
    { empty: 'skip', average: 'micro', background: true } satisfies Required<metrics.ScoreOptions>,
  ],
  [
    'fBeta',
    (options) => metrics.fBeta(counts, options),
    {
      empty: 'skip',
      average: 'micro',
      background: true,
      beta: 2,
    } satisfies Required<metrics.FBetaOptions>,
  ],
  [
    'mcc',
    (options) => metrics.mcc(counts, options),
    { empty: 'skip' } satisfies Required<metrics.EmptyOptions>,
  ],
  [
    'surfaceDistances',
    (options) => metrics.surfaceDistances(mask, mask, options),
    {
      spacing: [1, 2],
      surface: 'area',
      label: 1,
      id: 'x',
    } satisfies Required<metrics.SurfaceDistancesOptions>,
  ],
  [
    'hausdorffDistance',
    (options) => metrics.hausdorffDistance(mask, mask, options),
    { percentile: 95, penalty: 374, empty: 'best' } satisfies Required<metrics.HausdorffOptions>,
  ],
  [
    'averageSymmetricSurfaceDistance',
    (options) =>
      metrics.averageSymmetricSurfaceDistance(metrics.surfaceDistances(mask, mask), options),
    { penalty: 374, empty: 'best' } satisfies Required<metrics.PenaltyOptions>,
  ],
  [
    'normalizedSurfaceDice',
    (options) =>
      metrics.normalizedSurfaceDice(mask, mask, Object.assign({ tolerance: 1 }, options)),
    { tolerance: 1, empty: 'best' } satisfies Required<metrics.NormalizedSurfaceDiceOptions>,
  ],
  [
    'boundaryIoU',
    (options) => metrics.boundaryIoU(mask, mask, options),
    {
      spacing: [1, 2],
      label: 1,
      id: 'x',
      empty: 'best',
      width: 2,
    } satisfies Required<metrics.BoundaryIoUOptions>,
  ],
  [
    'connectedComponents',
    (options) => metrics.connectedComponents(mask, options),
    {
      connectivity: 4,
      label: 1,
      id: 'x',
    } satisfies Required<metrics.ConnectedComponentsOptions>,
  ],
  [
    'distanceTransform',
    (options) => metrics.distanceTransform(mask, options),
    { spacing: [1, 2], label: 1, id: 'x' } satisfies Required<metrics.DistanceTransformOptions>,
  ],
  [
    'withoutIgnored',
    (options) => regions.withoutIgnored(mask, mask, { ignoreIndex: 7, ...(options as object) }),
    { ignoreIndex: 7, id: 'x' } satisfies Required<regions.IgnoreOptions>,
  ],
  ['lesionWise', (options) => metrics.lesionWise(mask, mask, options), lesionWiseOptions],
  [
    'lesionWiseHausdorff',
    (options) => lesionWiseHausdorff(mask, mask, options),
    {
      ...lesionWiseOptions,
      percentile: 90,
      penalty: 9,
      surface: 'pixels',
    } satisfies Required<LesionWiseHausdorffOptions>,
  ],
  [
    'overlapAccumulator',
    (options) => metrics.overlapAccumulator(options),
    {
      classes: 3,
      ignoreIndex: 7,
      scores: {},
      empty: 'best',
    } satisfies Required<metrics.OverlapAccumulatorOptions<metrics.OverlapScores>>,
  ],
  [
    'lesionAccumulator',
    (options) => metrics.lesionAccumulator(options),
    {
      connectivity: 4,
      matching: 'iou',
      iouThreshold: 0.2,
      minimumSize: 2,
      dilation: 1,
      label: 1,
      empty: 'best',
    } satisfies Required<Omit<metrics.LesionWiseOptions, 'id' | 'spacing'>>,
  ],
  [
    'surfaceAccumulator',
    (options) => metrics.surfaceAccumulator(options),
    {
      tolerance: 1,
      percentile: 90,
      surface: 'area',
      label: 1,
      empty: 'best',
      penalty: 9,
    } satisfies Required<metrics.SurfaceAccumulatorOptions>,
  ],
  [
    'surfaceAccumulator',
    (about) => metrics.surfaceAccumulator({ tolerance: 1 }).add(mask, mask, 'x', about),
    { spacing: [1, 2] } satisfies Required<metrics.AboutGrid>,
  ],
  [
    'rocCurve',
    (options) => rocCurve(sweep, options),
    { empty: 'best' } satisfies Required<CurveOptions>,
  ],
  [
    'precisionRecallCurve',
    (options) => precisionRecallCurve(sweep, options),
    { empty: 'best' } satisfies Required<CurveOptions>,
  ],
  [
    'thresholdSweep',
    (options) => thresholdSweep([0.1, 0.9], [0, 1], options),
    { thresholds: [0.5], label: 1, ignoreIndex: 7, id: 'x' },
  ],
  [
    'detections',
    (options) => detections(mask, mask, options),
    {
      threshold: 0.5,
      connectivity: 4,
      label: 1,
      criterion: 'iou',
      minimumOverlap: 0.1,
      surplus: 'false',
      ignoreIndex: 7,
      id: 'x',
    } satisfies Required<DetectionsOptions>,
  ],
  [
    'lesionLoad',
    (options) => lesionLoad(mask, mask, options),
    { connectivity: 4, spacing: [1, 2], label: 1, id: 'x' } satisfies Required<LesionLoadOptions>,
  ],
  [
    'hungarianMatching',
    (options) => hungarianMatching(options),
    { iouThreshold: 0.1 } satisfies Required<MatcherOptions>,
  ],
  [
    'voronoiMatching',
    (options) => voronoiMatching(options),
    { iouThreshold: 0.1 } satisfies Required<MatcherOptions>,
  ],
  [
    'centreDistance',
    (options) => centreDistance(mask, mask, options),
    {
      spacing: [1, 2],
      label: 1,
      empty: 'best',
      penalty: 9,
      id: 'x',
    } satisfies Required<CentreDistanceOptions>,
  ],
  [
    'generalisedDice',
    (options) => generalisedDice(metrics.confusion(mask, mask), options),
    {
      weighting: 'simple',
      background: true,
      empty: 'best',
    } satisfies Required<GeneralisedDiceOptions>,
  ],
  [
    'centrelineDice',
    (options) => centrelineDice(mask, mask, options),
    { label: 1, empty: 'best', id: 'x' } satisfies Required<CentrelineDiceOptions>,
  ],
  [
    'skeletonize',
    (options) => skeletonize(mask, options),
    { label: 1, id: 'x' } satisfies Required<SkeletonizeOptions>,
  ],
  [
    'ccDice',
    (options) => ccDice(mask, mask, options),
    { connectivity: 4, label: 1, empty: 'best', id: 'x' } satisfies Required<CcDiceOptions>,
  ],
  [
    'ccNormalizedSurfaceDice',
    (options) => ccNormalizedSurfaceDice(mask, mask, options),
    {
      tolerance: 1,
      spacing: [1, 2],
      surface: 'area',
      connectivity: 4,
      label: 1,
      empty: 'best',
      id: 'x',
    } satisfies Required<CcSurfaceDiceOptions>,
  ],
  [
    'calibrationCounts',
    (options) => calibrationCounts([0.1, 0.9], [0, 1], options),
    { bins: 9, label: 1, ignoreIndex: 7, id: 'x' } satisfies Required<CalibrationOptions>,
  ],
  [
    'cohenCounts',
    (options) => cohenCounts([0, 1], [0, 1], options),
    { classes: 3, ignoreIndex: 7, id: 'x' } satisfies Required<RatingOptions>,
  ],
  [
    'cohenKappa',
    (options) => cohenKappa(cohenCounts([0, 1], [0, 1]), options),
    { weights: 'linear', empty: 'best' } satisfies Required<CohenKappaOptions>,
  ],
  [
    'fleissCounts',
    (options) => fleissCounts([mask, mask], options),
    { classes: 3, ignoreIndex: 7, id: 'x' } satisfies Required<RatingOptions>,
  ],
  [
    'fleissKappa',
    (options) => fleissKappa(fleissCounts([mask, mask]), options),
    { empty: 'best' } satisfies Required<FleissKappaOptions>,
  ],
  [
    'bootstrapInterval',
    (options) => bootstrapInterval([1, 2], options),
    {
      groups: ['a', 'b'],
      statistic: Math.max,
      confidence: 0.9,
      resamples: 9,
      random: seededRandom(1),
    },
  ],
  [
    'bootstrapCases',
    (options) => bootstrapCases([1, 2], ([first]) => first!, options),
    { groups: ['a', 'b'], confidence: 0.9, resamples: 9, random: seededRandom(1) },
  ],
  [
    'detectionCurve',
    (options) => detectionCurve([{ lesions: 1, detections: [] }], options),
    { empty: 'best' } satisfies Required<CurveOptions>,
  ],
  [
    'permutationTest',
    (options) => permutationTest([1, 2], [2, 1], options),
    { groups: ['a', 'b'], permutations: 9, random: seededRandom(1) },
  ],
];

describe('options', () => {
  test.each(calls)('%s takes each of its own', (_, call, options) => {
    expect(() => call(options as never)).not.toThrow();
  });

  test.each(calls)('%s refuses one that there is not, by its name', (name, call, options) => {
    const [first] = Object.keys(options);
    for (const wrong of ['percentil', 'Spacing', '0', 'toString']) {
      const said = () => call({ [wrong]: undefined } as never);
      expect(said).toThrow(TypeError);
      expect(said).toThrow(`\`${name}\``);
      expect(said).toThrow(`there is no option \`${wrong}\`; there are `);
      expect(said).toThrow(first!);
    }
  });

  test('the scores of boundaries get one object of options together', () => {
    const options = { spacing: [1, 2], percentile: 95, tolerance: 1, width: 2, penalty: 9 };
    for (const score of [
      metrics.hausdorffDistance,
      metrics.averageSymmetricSurfaceDistance,
      metrics.normalizedSurfaceDice,
      metrics.boundaryIoU,
    ] as const) {
      const of = score as typeof metrics.normalizedSurfaceDice;
      expect(of(mask, mask, options)).not.toBeNaN();
    }
  });
});

test('masks in place of counts are refused: a score takes what `confusion` gives', () => {
  for (const [name, score] of Object.entries({ dice: metrics.dice, mcc: metrics.mcc })) {
    for (const wrong of [new Uint8Array([0, 1]), [0, 1], {}, null, undefined, 1]) {
      expect(() => score(wrong as never)).toThrow(TypeError);
      expect(() => score(wrong as never)).toThrow(`\`${name}\`: the counts must be what`);
    }
  }
});
