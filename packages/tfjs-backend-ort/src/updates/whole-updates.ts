import * as tf from '@tensorflow/tfjs-core';
import type { UpdateName } from './update-rules.ts';

/** What an optimiser of TensorFlow.js keeps for each weight. */
type Slots = readonly { readonly variable: tf.Variable }[];

/** An optimiser as seen from here: its fields, of which TensorFlow.js declares most private. */
type Fields = Readonly<Record<string, unknown>>;

/** Where the operands of a rule are found in an optimiser. */
interface Source {
  readonly rule: UpdateName;
  /** Fields that are numbers of the rule: plain ones or scalar tensors. */
  readonly numbers: readonly string[];
  /** Fields that hold the slots, a list for each kind. */
  readonly slots: readonly string[];
  readonly constants: (fields: Fields) => Fields;
}

const only =
  (...names: string[]): Source['constants'] =>
  (fields) =>
    Object.fromEntries(names.map((name) => [name, fields[name]]));

const sources: readonly (readonly [{ readonly prototype: tf.Optimizer }, Source])[] = [
  [tf.SGDOptimizer, { rule: 'sgd', numbers: ['c'], slots: [], constants: only() }],
  [
    tf.MomentumOptimizer,
    {
      ...{ rule: 'momentum', numbers: ['c', 'm'], slots: ['accumulations'] },
      constants: ({ useNesterov }) => ({ nesterov: useNesterov ? 1 : 0 }),
    },
  ],
  [
    tf.AdamOptimizer,
    {
      rule: 'adam',
      numbers: ['learningRate', 'accBeta1', 'accBeta2'],
      slots: ['accumulatedFirstMoment', 'accumulatedSecondMoment'],
      constants: only('beta1', 'beta2', 'epsilon'),
    },
  ],
  [
    tf.AdamaxOptimizer,
    {
      rule: 'adamax',
      numbers: ['learningRate', 'accBeta1', 'iteration'],
      slots: ['accumulatedFirstMoment', 'accumulatedWeightedInfNorm'],
      constants: only('beta1', 'beta2', 'epsilon', 'decay'),
    },
  ],
  [
    tf.RMSPropOptimizer,
    {
      rule: 'rmsprop',
      numbers: ['learningRate'],
      slots: ['accumulatedMeanSquares', 'accumulatedMoments', 'accumulatedMeanGrads'],
      constants: ({ centered, ...fields }) => ({
        ...only('decay', 'momentum', 'epsilon')(fields),
        centered: centered ? 1 : 0,
      }),
    },
  ],
  [
    tf.AdagradOptimizer,
    {
      ...{ rule: 'adagrad', numbers: ['learningRate'], slots: ['accumulatedGrads'] },
      constants: () => ({ epsilon: tf.backend().epsilon() }),
    },
  ],
  [
    tf.AdadeltaOptimizer,
    {
      rule: 'adadelta',
      numbers: ['learningRate'],
      slots: ['accumulatedGrads', 'accumulatedUpdates'],
      constants: only('rho', 'epsilon'),
    },
  ],
];

const replaced = new WeakSet<object>();

/**
 * From now on TensorFlow.js's optimisers make a step by one kernel, `StsUpdate`, where the current
 * backend has it and holds all weights and gradients; elsewhere they work tensor by tensor as before.
 */
export function updateAsAWhole(): void {
  for (const [{ prototype }, source] of sources) {
    if (replaced.has(prototype)) continue;
    replaced.add(prototype);
    const original = prototype.applyGradients;
    prototype.applyGradients = function (this: tf.Optimizer, given): void {
      const gradients = Array.isArray(given)
        ? given
        : Object.entries(given).map(([name, tensor]) => ({ name, tensor }));
      const updates = gradients.flatMap(({ name, tensor }, at) =>
        tensor == null
          ? []
          : [{ at, weights: tf.engine().registeredVariables[name]!, gradient: tensor }],
      );
      const whole = together(updates);
      if (whole === null) {
        original.call(this, given);
        return;
      }
      tf.tidy(() => {
        const fields = this as unknown as Fields;
        const numbers = source.numbers.map((name) => {
          const number = fields[name] as number | tf.Tensor;
          return typeof number === 'number' ? tf.scalar(number) : tf.clone(number);
        });
        // Without gradients it makes its slots and counts the step, and changes no weight.
        const none = null as unknown as tf.Tensor;
        original.call(
          this,
          gradients.map(({ name }) => ({ name, tensor: none })),
        );
        step(source, fields, numbers, whole);
      });
    };
  }
}

interface Update {
  /** Its place among all that were given. */
  readonly at: number;
  readonly weights: tf.Variable;
  readonly gradient: tf.Tensor;
}

/** The updates, if one kernel of the current backend can make them. */
function together(updates: readonly Partial<Update>[]): readonly Update[] | null {
  if (updates.length === 0 || tf.getKernel('StsUpdate', tf.getBackend()) == null) return null;
  const { tensorInfo } = tf.engine().state;
  const isHere = (tensor: tf.Tensor) =>
    tensor.dtype === 'float32' && tensorInfo.get(tensor.dataId)?.backend === tf.backend();
  const isWhole = ({ weights, gradient }: Partial<Update>) =>
    weights !== undefined &&
    weights.size > 0 &&
    tf.util.arraysEqual(weights.shape, gradient!.shape) &&
    isHere(weights) &&
    isHere(gradient!);
  const isDistinct = new Set(updates.map(({ weights }) => weights)).size === updates.length;
  return isDistinct && updates.every(isWhole) ? (updates as readonly Update[]) : null;
}

function step(
  { rule, slots, constants }: Source,
  fields: Fields,
  numbers: readonly tf.Tensor[],
  updates: readonly Update[],
): void {
  const weights = updates.map((update) => update.weights);
  const kept = slots
    .map((name) => fields[name] as Slots)
    .filter((kind) => kind.length > 0)
    .map((kind) => updates.map(({ at }) => kind[at]!.variable));
  const operands = [...numbers, weights, updates.map(({ gradient }) => gradient), kept].flat(2);
  const attributes = {
    ...{ rule, numbers: numbers.length, weights: weights.length },
    ...constants(fields),
  };
  const results = tf
    .engine()
    .runKernel(
      'StsUpdate',
      operands as unknown as tf.NamedTensorMap,
      attributes as unknown as tf.NamedAttrMap,
    ) as unknown as tf.Tensor[];
  [weights, ...kept].flat().forEach((variable, i) => {
    variable.assign(results[i]!);
  });
}
