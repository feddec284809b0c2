import * as tf from '@tensorflow/tfjs-core';

/** An attribute of a TensorFlow operation, as tfjs-node's addon takes it. */
interface Attribute {
  readonly name: string;
  readonly type: number | undefined;
  readonly value: unknown;
}

/** What tfjs-node's backend offers beside the kernels of TensorFlow.js. */
interface TensorflowBackend {
  readonly binding: Readonly<Record<string, number>>;
  executeSingleOutput(op: string, attrs: Attribute[], inputs: tf.Tensor[]): tf.Tensor;
  executeMultipleOutputs(
    op: string,
    attrs: Attribute[],
    inputs: tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

type Inputs = Record<
  'x' | 'filter' | 'gamma' | 'beta' | 'mean' | 'variance' | 'dy' | 'y',
  tf.Tensor
>;

/**
 * Kernels of `@sts-net/layers-core` as operations of TensorFlow's own, for the processor: grouped
 * and dilated convolution, batch normalisation by the batch's statistics and its gradient, ReLU's
 * gradient. Without them these are compositions of many operations.
 */
export function registerTensorflowKernels(): void {
  register('StsConv2D', conv2D);
  register('StsBatchNormTraining', batchNormTraining);
  register('StsBatchNormTrainingGrad', batchNormTrainingGrad);
  register('StsReLUGrad', reluGrad);
}

function register(
  kernelName: string,
  kernel: (
    inputs: Inputs,
    attrs: tf.NamedAttrMap,
    backend: TensorflowBackend,
  ) => tf.Tensor | tf.Tensor[],
): void {
  const backendName = 'tensorflow';
  if (tf.getKernel(kernelName, backendName) != null) return;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      tf.tidy(() =>
        kernel(inputs as Inputs, attrs as tf.NamedAttrMap, backend as unknown as TensorflowBackend),
      ),
  });
}

function conv2D({ x, filter }: Inputs, attrs: tf.NamedAttrMap, backend: TensorflowBackend) {
  const { strides, dilations, pads } = attrs as Record<string, number[]>;
  // TensorFlow tells the groups by the filter's depth.
  const settings = [
    float32(backend),
    integers(backend, 'strides', [1, ...strides!, 1]),
    integers(backend, 'dilations', [1, ...dilations!, 1]),
    text(backend, 'padding', 'EXPLICIT'),
    integers(backend, 'explicit_paddings', [0, 0, ...pads!, 0, 0]),
    text(backend, 'data_format', 'NHWC'),
  ];
  return backend.executeSingleOutput('Conv2D', settings, [x, filter]);
}

function batchNormTraining(
  { x, gamma, beta }: Inputs,
  attrs: tf.NamedAttrMap,
  backend: TensorflowBackend,
) {
  const flat = tf.reshape(x, [1, 1, -1, gamma.size]);
  const count = flat.shape[2]!;
  const none = tf.tensor1d([]);
  const [y, mean, unbiased] = backend.executeMultipleOutputs(
    'FusedBatchNormV3',
    normalisation(backend, attrs),
    [flat, gamma, beta, none, none],
    6,
  ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  // Where there is one value a channel, TensorFlow divides by 1, too.
  const variance = tf.mul(unbiased, Math.max(count - 1, 1) / count);
  return [tf.reshape(y, x.shape), mean, variance];
}

function batchNormTrainingGrad(
  { dy, x, gamma, mean, variance }: Inputs,
  attrs: tf.NamedAttrMap,
  backend: TensorflowBackend,
) {
  const shape = [1, 1, -1, gamma.size];
  const [dx, dgamma, dbeta] = backend.executeMultipleOutputs(
    'FusedBatchNormGradV3',
    normalisation(backend, attrs),
    [tf.reshape(dy, shape), tf.reshape(x, shape), gamma, mean, variance, tf.scalar(0)],
    5,
  ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return [tf.reshape(dx, x.shape), dgamma, dbeta];
}

function reluGrad({ dy, y }: Inputs, attrs: tf.NamedAttrMap, backend: TensorflowBackend) {
  const maxValue = attrs['maxValue'] as unknown as number | null;
  const op = maxValue === 6 ? 'Relu6Grad' : 'ReluGrad';
  const passed = backend.executeSingleOutput(op, [float32(backend)], [dy, y]);
  if (maxValue === null || maxValue === 6) return passed;
  return tf.mul(passed, tf.cast(tf.less(y, maxValue), 'float32'));
}

function normalisation(backend: TensorflowBackend, attrs: tf.NamedAttrMap): Attribute[] {
  const { TF_ATTR_TYPE, TF_ATTR_FLOAT, TF_ATTR_BOOL, TF_FLOAT } = backend.binding;
  return [
    float32(backend),
    { name: 'U', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'epsilon', type: TF_ATTR_FLOAT, value: attrs['epsilon'] },
    { name: 'is_training', type: TF_ATTR_BOOL, value: true },
    text(backend, 'data_format', 'NHWC'),
  ];
}

function float32({ binding }: TensorflowBackend): Attribute {
  return { name: 'T', type: binding['TF_ATTR_TYPE'], value: binding['TF_FLOAT'] };
}

function integers({ binding }: TensorflowBackend, name: string, value: number[]): Attribute {
  return { name, type: binding['TF_ATTR_INT'], value };
}

function text({ binding }: TensorflowBackend, name: string, value: string): Attribute {
  return { name, type: binding['TF_ATTR_STRING'], value };
}
