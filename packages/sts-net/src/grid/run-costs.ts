import type { Case } from '@sts-net/datasets';
import { buildModel } from '@sts-net/experiment';
import { layerStatistics, modelStatistics, withoutInitialValues } from '@sts-net/model';
import { withChannels } from '../cases/case-channels.ts';
import { CaseStore } from '../cases/case-store.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import type { GridRun } from './grid-folder.ts';

export type RunCosts = Pick<GridRun, 'parameters' | 'multiplyAdds' | 'memory' | 'seconds'>;

/** Bytes of a training process without its network. */
const processBytes = 450 * 2 ** 20;
/** Of a weight: itself, its gradient, the optimiser's moments, and those of the step before. */
const bytesPerWeight = 24;
/** Of an element of a layer's output: most are kept for the gradient, few at the same time with it. */
const bytesPerElement = 3.2;
/** Multiply-adds a second in a training step of ONNX Runtime on two cores, as they were measured. */
const multiplyAddsPerSecond = 1e11;

/** What runs cost, roughly; networks that are alike are made once. */
export class CostEstimator {
  readonly #networks = new Map<
    string,
    { parameters: number; multiplyAdds: number; elements: number }
  >();
  readonly #planes = new Map<string, Promise<readonly [number, number]>>();

  /** @param training the cases that it trains on */
  async estimate(given: ExperimentConfig, training: readonly Case[]): Promise<RunCosts> {
    const config = withChannels(given, training);
    const size = await this.#planeOf(config, training);
    const { parameters, multiplyAdds, elements } = this.#network(config, size);
    const { steps, batchSize, accumulate = 1 } = config.training;
    const images = steps === undefined ? null : steps * batchSize * accumulate;
    return {
      parameters,
      multiplyAdds,
      memory: Math.round(
        processBytes + bytesPerWeight * parameters + bytesPerElement * elements * batchSize,
      ),
      // Two gradients, each as much as the prediction.
      seconds:
        images === null ? null : Math.ceil((3 * multiplyAdds * images) / multiplyAddsPerSecond),
    };
  }

  /** Rows and columns that the network trains on. */
  #planeOf(
    config: ExperimentConfig,
    training: readonly Case[],
  ): Promise<readonly [number, number]> {
    const { patch } = config.training;
    if (patch !== null) return Promise.resolve(patch.size);
    const key = JSON.stringify([config.preprocessing, training[0]!.id]);
    const known = this.#planes.get(key) ?? planeOf(config, training[0]!);
    this.#planes.set(key, known);
    return known;
  }

  #network(config: ExperimentConfig, size: readonly [number, number]) {
    const key = JSON.stringify([config.model, config.preprocessing, size]);
    const known = this.#networks.get(key);
    if (known !== undefined) return known;
    const model = withoutInitialValues(() => buildModel(config));
    try {
      const { parameters, multiplyAdds } = modelStatistics(model, { size });
      const elements = layerStatistics(model, { size })
        .map(({ outputShape }) => outputShape.reduce((product, one) => product * one, 1))
        .reduce((sum, one) => sum + one, 0);
      const made = { parameters, multiplyAdds, elements };
      this.#networks.set(key, made);
      return made;
    } finally {
      model.dispose();
    }
  }
}

/** Those of the first case, once it is preprocessed. */
async function planeOf(
  { preprocessing, model }: ExperimentConfig,
  first: Case,
): Promise<readonly [number, number]> {
  const store = new CaseStore({ preprocessing, classes: model.classes });
  const { samples } = await store.load(first);
  const [rows, columns] = samples[0]!.image.shape;
  return [rows!, columns!];
}
