import { softmax } from '@sts-net/inference';
import type { OpenPredictor } from '../../src/prediction/open-predictor.ts';

/** A network of which the brighter a pixel than 0.5, the likelier class 1. */
export const brightMember: OpenPredictor['members'][number] = {
  predictor: {
    channels: 3,
    classes: 2,
    async predict(images) {
      const odds = images.filter((_, i) => i % 3 === 1).map((v) => 20 * (v - 0.5));
      return softmax(odds, 1);
    },
  },
  preprocessing: {
    ...{ axis: 0, context: 1, edge: 'triple', missing: 'error' },
    normalization: { name: 'window', low: 0, high: 1 },
  },
};

/** That network, ready to predict. */
export function bright(digest = 'a', more: Partial<OpenPredictor> = {}): OpenPredictor {
  return {
    ...{ members: [brightMember], axes: false, batchSize: () => 4 },
    targets: undefined,
    networks: ['bright'],
    asked: {},
    engine: undefined,
    digest: async () => digest,
    dispose() {},
    ...more,
  };
}

/** As `bright`, with another way to predict. */
export function brightBy(
  predict: OpenPredictor['members'][number]['predictor']['predict'],
  more: Partial<OpenPredictor['members'][number]['predictor']> = {},
): OpenPredictor {
  const { predictor } = brightMember;
  const own = { ...brightMember, predictor: { ...predictor, ...more, predict } };
  return bright('a', { members: [own] });
}
