import type { LayerFacts, LayerOperations } from '@sts-net/layers-core';
import type { LayersModel, layers, Shape, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { predictionNetwork } from '../network/prediction-network.ts';

type Layer = layers.Layer;

/** Options of {@link modelStatistics}. */
export interface ModelStatisticsOptions {
  /** `[height, width]` of the image. @default the model's own, or `[480, 480]` where it takes any */
  readonly size?: readonly [number, number];
}

/** What {@link modelStatistics} counts. */
export interface ModelStatistics {
  /** Numbers that training can change; frozen ones included. */
  readonly parameters: number;
  /** Those of layers that are not frozen. */
  readonly trainableParameters: number;
  /** Running means and variances of batch normalisation. */
  readonly buffers: number;
  /** Multiply-adds of all convolutions (and of attention) for one image, without bias; padding included. */
  readonly multiplyAdds: number;
  /**
   * "FLOPs" as the STS-Net paper's Table 1 counts them, with the conventions of fvcore, for a batch
   * of four: a multiply-add is one, batch normalisation 5 and bilinear resizing 4 for each output
   * value, nearest-neighbour resizing 1, global pooling 1 for each input value.
   */
  readonly paperFlops: number;
  /** Names of layers with parameters whose operations are not counted. */
  readonly uncounted: readonly string[];
}

/** One layer of a model, for one image. */
export interface LayerStatistics {
  readonly name: string;
  /** The layer's class name. */
  readonly type: string;
  /** Without the batch axis. */
  readonly outputShape: readonly number[];
  /** Numbers that training can change; frozen ones included. */
  readonly parameters: number;
  /** Running means and variances of batch normalisation. */
  readonly buffers: number;
  /** Multiply-adds of its convolutions, without bias; padding included. */
  readonly multiplyAdds: number;
  /** Further operations by fvcore's conventions, see {@link ModelStatistics.paperFlops}. */
  readonly otherOperations: number;
  /** False for a layer with parameters whose operations are not counted. */
  readonly counted: boolean;
}

/** Costs of TensorFlow.js's own layers, which do not tell; see `LayerFacts`. */
const foreign: Readonly<
  Record<string, (layer: Layer, output: readonly number[]) => LayerOperations>
> = {
  Conv2D: (layer, [height, width]) => ({
    multiplyAdds: product(layer.weights[0]!.shape) * height! * width!,
  }),
  BatchNormalization: (_, output) => ({ other: 5 * product(output) }),
};

const batchOfThePaper = 4;

/**
 * Counts the parameters and operations of a model with one image as input; of several outputs, what
 * the first needs.
 *
 * @throws RangeError for a size that is not two positive integers
 */
export function modelStatistics(
  model: LayersModel,
  options: ModelStatisticsOptions = {},
): ModelStatistics {
  const network = predictionNetwork(model);
  const layers = layerStatistics(network, options);
  const sum = (of: (layer: LayerStatistics) => number) =>
    layers.reduce((total, layer) => total + of(layer), 0);
  const multiplyAdds = sum((layer) => layer.multiplyAdds);
  return {
    parameters: count(network.weights, false),
    trainableParameters: count(network.trainableWeights, false),
    buffers: count(network.weights, true),
    multiplyAdds,
    paperFlops: batchOfThePaper * (multiplyAdds + sum((layer) => layer.otherOperations)),
    uncounted: layers.filter(({ counted }) => !counted).map(({ name }) => name),
  };
}

/**
 * Counts for each layer that the model's output depends on, in the order in which they run, the
 * input apart. A layer that runs several times is there each time, its parameters the first time only.
 *
 * @throws RangeError for a size that is not two positive integers
 */
export function layerStatistics(
  model: LayersModel,
  { size }: ModelStatisticsOptions = {},
): LayerStatistics[] {
  const input = model.inputs[0]!;
  const [, height, width, channels] = input.shape;
  const [rows, columns] = size ?? [height ?? 480, width ?? 480];
  if (![rows, columns].every((side) => Number.isInteger(side) && side > 0)) {
    throw new RangeError(
      `\`modelStatistics\`: \`size\` must be two positive integers [height, width], got [${[rows, columns].join(', ')}].`,
    );
  }
  const shapes = new Map<number, Shape>([[input.id, [1, rows, columns, channels!]]]);
  const result: LayerStatistics[] = [];
  const met = new Set<Layer>();
  visit(model.outputs[0]!, shapes, (layer, from, to) => {
    const facts = layer as LayerFacts;
    const cost = facts.operations?.(from, to) ?? foreign[layer.getClassName()]?.(layer, to);
    const { multiplyAdds = 0, other = 0 } = cost ?? {};
    const weights = met.has(layer) ? [] : layer.weights;
    met.add(layer);
    result.push({
      name: layer.name,
      type: layer.getClassName(),
      outputShape: to,
      parameters: count(weights, false),
      buffers: count(weights, true),
      multiplyAdds,
      otherOperations: other,
      counted: cost !== undefined || layer.weights.length === 0,
    });
  });
  return result;
}

function count(
  weights: readonly { readonly shape: Shape; readonly originalName: string }[],
  ofBuffers: boolean,
): number {
  return weights
    .filter(({ originalName }) => isBuffer(originalName) === ofBuffers)
    .reduce((sum, { shape }) => sum + product(shape), 0);
}

/** Calls `use` once for each run of a layer that `tensor` depends on, with its sizes; returns its shape. */
function visit(
  tensor: SymbolicTensor,
  shapes: Map<number, Shape>,
  use: (layer: Layer, input: readonly number[], output: readonly number[]) => void,
): Shape {
  const known = shapes.get(tensor.id);
  if (known !== undefined) return known;
  const layer = tensor.sourceLayer;
  const { inputTensors } = layer.inboundNodes[tensor.nodeIndex]!;
  const inputs = inputTensors.map((one) => visit(one, shapes, use));
  const output = layer.computeOutputShape(inputs.length === 1 ? inputs[0]! : inputs) as Shape;
  shapes.set(tensor.id, output);
  use(layer, inputs[0]!.slice(1) as number[], output.slice(1) as number[]);
  return output;
}

function isBuffer(name: string): boolean {
  return /\/moving_?(mean|variance)$/i.test(name);
}

function product(shape: readonly (number | null)[]): number {
  return shape.reduce<number>((a, b) => a * b!, 1);
}
