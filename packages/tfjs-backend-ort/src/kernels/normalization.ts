import { type GraphBuilder, type Handle, isIdentity, nchw } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { type Attrs, identity, sizeOf } from '../graph/value-type.ts';
import { mean, sum } from './reduce.ts';

/** Layout in which per-channel work on `x` is done: channels second for images. */
const layoutFor = (x: Handle) =>
  x.shape.length === 4 ? (isIdentity(x.layout) ? nchw : x.layout) : x.layout;

/** Element-wise arithmetic on handles that broadcast against `shape`. */
function arithmetic(graph: GraphBuilder, shape: readonly number[]) {
  const apply = (op: string, a: Handle, b: Handle): Handle => {
    const { layout, names } = graph.broadcast([a, b], shape);
    return graph.handle(graph.op(op, names), shape, 'float32', layout);
  };
  return {
    add: (a: Handle, b: Handle) => apply('Add', a, b),
    sub: (a: Handle, b: Handle) => apply('Sub', a, b),
    mul: (a: Handle, b: Handle) => apply('Mul', a, b),
  };
}

/** `1 / √(variance + epsilon)`. */
function inverseDeviation(graph: GraphBuilder, variance: Handle, epsilon: number): Handle {
  const shifted = graph.op('Add', [variance.name, graph.scalar(epsilon)]);
  return { ...variance, name: graph.op('Reciprocal', [graph.op('Sqrt', [shifted])]) };
}

const ones = (graph: GraphBuilder, count: number) =>
  graph.floats(new Float32Array(count).fill(1), [count]);
const zeros = (graph: GraphBuilder, count: number) =>
  graph.floats(new Float32Array(count), [count]);
const perChannel = (graph: GraphBuilder, name: string, channels: number) =>
  graph.handle(name, [channels], 'float32');

/** ONNX's own inference kernel: one pass, `scale · (x − mean) / √(variance + ε) + offset`. */
function affine(
  graph: GraphBuilder,
  x: Handle,
  [scale, offset, mean, variance]: readonly string[],
  epsilon: number,
): Handle {
  const layout = layoutFor(x);
  const name = graph.op(
    'BatchNormalization',
    [graph.inLayout(x, layout), scale!, offset!, mean!, variance!],
    { epsilon: { float: epsilon } },
  );
  return graph.handle(name, x.shape, 'float32', layout);
}

const channelsSecond = (x: Handle) => x.shape.length === 4 && layoutFor(x)[1] === 3;

function normalize(
  graph: GraphBuilder,
  x: Handle,
  stats: { mean: Handle; variance: Handle; scale: Handle | undefined; offset: Handle | undefined },
  epsilon: number,
): Handle {
  const { mean, variance, scale, offset } = stats;
  const all = [mean, variance, scale, offset].filter((one) => one !== undefined);
  const channels = x.shape.at(-1)!;
  if (channelsSecond(x) && all.every((one) => one.shape.length === 1)) {
    return affine(
      graph,
      x,
      [
        scale?.name ?? ones(graph, channels),
        offset?.name ?? zeros(graph, channels),
        mean.name,
        variance.name,
      ],
      epsilon,
    );
  }
  const { add, sub, mul } = arithmetic(graph, x.shape);
  const factor = inverseDeviation(graph, variance, epsilon);
  const normal = mul(sub(x, mean), factor);
  const scaled = scale === undefined ? normal : mul(normal, scale);
  return offset === undefined ? scaled : add(scaled, offset);
}

const axesBeforeLast = (x: Handle) => identity(x.shape.length - 1);

/** Batch normalisation: inference, training, and the gradient of training. */
export const normalizationKernels: readonly KernelDefinition[] = [
  {
    name: 'FusedBatchNorm',
    inputs: ['x', 'mean', 'variance', 'offset?', 'scale?'],
    outputs: ([x]) => ({ shape: x!.shape, dtype: 'float32' }),
    emit: (graph, [x, mean, variance, offset, scale], { varianceEpsilon }: Attrs) =>
      normalize(
        graph,
        graph.cast(x!, 'float32'),
        { mean: mean!, variance: variance!, scale, offset },
        varianceEpsilon ?? 0.001,
      ),
  },
  {
    name: 'StsBatchNormTraining',
    inputs: ['x', 'gamma', 'beta'],
    outputs: ([x, gamma]) => [
      { shape: x!.shape, dtype: 'float32' },
      { shape: gamma!.shape, dtype: 'float32' },
      { shape: gamma!.shape, dtype: 'float32' },
    ],
    emit: (graph, [x, gamma, beta], { epsilon }) => {
      const axes = axesBeforeLast(x!);
      const channels = gamma!.shape[0]!;
      const centre = mean(graph, x!, axes);
      const { sub } = arithmetic(graph, x!.shape);
      // Centred first: subtracting after squaring or scaling would lose the digits.
      const centred = sub(x!, centre);
      const variance = mean(graph, centred, axes, false, 'ReduceSumSquare');
      const none = perChannel(graph, zeros(graph, channels), channels);
      const y = normalize(
        graph,
        centred,
        { mean: none, variance, scale: gamma!, offset: beta! },
        epsilon,
      );
      return [
        y,
        perChannel(graph, graph.plain(centre), channels),
        perChannel(graph, graph.plain(variance), channels),
      ];
    },
  },
  {
    name: 'StsBatchNormTrainingGrad',
    inputs: ['dy', 'x', 'gamma', 'mean', 'variance'],
    outputs: ([, x, gamma]) => [
      { shape: x!.shape, dtype: 'float32' },
      { shape: gamma!.shape, dtype: 'float32' },
      { shape: gamma!.shape, dtype: 'float32' },
    ],
    // Ioffe & Szegedy 2015, section 3: dx = γ/σ · (dy − Σdy/n − x̂ · Σ(dy·x̂)/n), x̂ = (x − μ)/σ,
    // gathered into dx = a·dy + (b·(x − μ) + c) with a, b, c per channel.
    emit: (graph, [dy, x, gamma, centre, variance], { epsilon }) => {
      const axes = axesBeforeLast(x!);
      const channels = gamma!.shape[0]!;
      const count = graph.count(sizeOf(x!.shape.slice(0, -1)));
      const big = arithmetic(graph, x!.shape);
      const small = arithmetic(graph, [channels]);
      const inverse = inverseDeviation(graph, variance!, epsilon);
      const total = (of: Handle) => perChannel(graph, graph.plain(sum(graph, of, axes)), channels);
      // What the forward pass has centred already, where it is part of the same graph.
      const centred = big.sub(x!, centre!);
      const dbeta = total(dy!);
      const dgamma = small.mul(total(big.mul(dy!, centred)), inverse);
      const a = small.mul(gamma!, inverse);
      const negative = graph.op('Div', [graph.scalar(-1), count]);
      const share = graph.handle(negative, [], 'float32');
      const b = small.mul(small.mul(a, inverse), small.mul(dgamma, share));
      const c = small.mul(a, small.mul(dbeta, share));
      const straight = channelsSecond(x!)
        ? affine(graph, centred, [b.name, c.name, zeros(graph, channels), ones(graph, channels)], 0)
        : big.add(big.mul(centred, b), c);
      return [big.add(big.mul(dy!, a), straight), dgamma, dbeta];
    },
  },
];
