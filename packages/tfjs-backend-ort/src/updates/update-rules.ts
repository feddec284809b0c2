import type { GraphBuilder } from '../graph/graph-builder.ts';

/** What a rule is applied to: names of values in the graph. */
interface Operands {
  /** The weights. */
  readonly value: string;
  readonly gradient: string;
  /** What is kept from step to step for each weight. */
  readonly slots: readonly string[];
  /** Numbers that may change from step to step. */
  readonly numbers: readonly string[];
}

export type UpdateName =
  | 'sgd'
  | 'momentum'
  | 'adam'
  | 'adamw'
  | 'adamax'
  | 'rmsprop'
  | 'adagrad'
  | 'adadelta';

/** How an optimiser changes weights. Gives the new weights, then the new slots. */
type UpdateRule = (
  graph: GraphBuilder,
  operands: Operands,
  constants: Readonly<Record<string, number>>,
) => string[];

/** Element-wise arithmetic on values of a graph and constants. */
function arithmetic(graph: GraphBuilder) {
  const name = (value: string | number) =>
    typeof value === 'number' ? graph.scalar(value) : value;
  const two = (op: string) => (a: string | number, b: string | number) =>
    graph.op(op, [name(a), name(b)]);
  const one = (op: string) => (x: string) => graph.op(op, [x]);
  const [add, mul] = [two('Add'), two('Mul')];
  return {
    ...{ add, mul, sub: two('Sub'), div: two('Div'), max: two('Max') },
    ...{ sqrt: one('Sqrt'), abs: one('Abs'), square: (x: string) => mul(x, x) },
    /** A moving average that keeps `share` of the old. */
    mix: (old: string, fresh: string, share: number) => add(mul(old, share), mul(fresh, 1 - share)),
  };
}

/** The formulas of TensorFlow.js's optimisers, and PyTorch's AdamW. */
export const updateRules: Readonly<Record<UpdateName, UpdateRule>> = {
  sgd(graph, { value, gradient, numbers }) {
    const { add, mul } = arithmetic(graph);
    const [minusRate] = numbers as [string];
    return [add(mul(minusRate, gradient), value)];
  },
  momentum(graph, { value, gradient, slots, numbers }, { nesterov }) {
    const { add, mul } = arithmetic(graph);
    const [minusRate, momentum] = numbers as [string, string];
    const speed = add(mul(momentum, slots[0]!), gradient);
    const step = nesterov ? add(gradient, mul(speed, momentum)) : speed;
    return [add(mul(minusRate, step), value), speed];
  },
  adam(graph, { value, gradient, slots, numbers }, { beta1, beta2, epsilon }) {
    const { mul, sub, div, add, sqrt, square, mix } = arithmetic(graph);
    const [rate, power1, power2] = numbers as [string, string, string];
    const first = mix(slots[0]!, gradient, beta1!);
    const second = mix(slots[1]!, square(gradient), beta2!);
    // What corrects the second moment is taken out of the root.
    const root = sqrt(sub(1, power2));
    const corrected = div(mul(rate, root), sub(1, power1));
    const step = div(first, add(sqrt(second), mul(root, epsilon!)));
    return [sub(value, mul(step, corrected)), first, second];
  },
  // The decay comes first and is no part of the moments. `decay` is 1 − lr·decay; `rate` and `epsilon` have
  // √(1−β₂ᵗ) in them, which lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε) is taken times above and below.
  adamw(graph, { value, gradient, slots, numbers }, { beta1, beta2 }) {
    const { mul, sub, div, add, sqrt, square, mix } = arithmetic(graph);
    const [decay, rate, epsilon] = numbers as [string, string, string];
    const first = mix(slots[0]!, gradient, beta1!);
    const second = mix(slots[1]!, square(gradient), beta2!);
    const step = mul(div(first, add(sqrt(second), epsilon)), rate);
    return [sub(mul(value, decay), step), first, second];
  },
  adamax(graph, { value, gradient, slots, numbers }, { beta1, beta2, epsilon, decay }) {
    const { mul, sub, div, add, abs, max, mix } = arithmetic(graph);
    const [rate, power1, iteration] = numbers as [string, string, string];
    const first = mix(slots[0]!, gradient, beta1!);
    const largest = max(mul(slots[1]!, beta2!), abs(gradient));
    const corrected = div(div(rate, add(mul(iteration, decay!), 1)), sub(1, power1));
    const step = div(first, add(largest, epsilon!));
    return [sub(value, mul(corrected, step)), first, largest];
  },
  rmsprop(graph, { value, gradient, slots, numbers }, { decay, momentum, epsilon, centered }) {
    const { mul, sub, div, add, sqrt, square, mix } = arithmetic(graph);
    const [rate] = numbers as [string];
    const [oldSquares, oldMoments, oldMeans] = slots as [string, string, string];
    const squares = mix(oldSquares, square(gradient), decay!);
    const means = centered ? mix(oldMeans, gradient, decay!) : undefined;
    const variance =
      means === undefined ? add(squares, epsilon!) : sub(squares, add(square(means), epsilon!));
    const step = div(mul(gradient, rate), sqrt(variance));
    const moments = momentum === 0 ? step : add(mul(oldMoments, momentum!), step);
    return [sub(value, moments), squares, moments, ...(means === undefined ? [] : [means])];
  },
  adagrad(graph, { value, gradient, slots, numbers }, { epsilon }) {
    const { mul, sub, div, add, sqrt, square } = arithmetic(graph);
    const [rate] = numbers as [string];
    const sum = add(slots[0]!, square(gradient));
    return [sub(value, mul(div(gradient, sqrt(add(sum, epsilon!))), rate)), sum];
  },
  adadelta(graph, { value, gradient, slots, numbers }, { rho, epsilon }) {
    const { mul, sub, div, add, sqrt, square, mix } = arithmetic(graph);
    const [rate] = numbers as [string];
    const [oldSquares, oldUpdates] = slots as [string, string];
    // TensorFlow.js divides by the mean square before this step, other than Zeiler's algorithm 1.
    const ratio = div(sqrt(add(oldUpdates, epsilon!)), sqrt(add(oldSquares, epsilon!)));
    const update = mul(ratio, gradient);
    return [
      sub(value, mul(update, rate)),
      mix(oldSquares, square(gradient), rho!),
      mix(oldUpdates, square(update), rho!),
    ];
  },
};
