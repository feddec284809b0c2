import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { float32, kernel } from './kernel.ts';
import { addressOf, allocate, sizeOf, type WasmBackend } from './native/backend.ts';
import { teamOf } from './native/teams.ts';

/** The gradient of a rectifier, from its output. */
export const reluGradient: KernelConfig = kernel(
  'StsReLUGrad',
  (backend, inputs, { maxValue }: { maxValue: number | null }) => {
    const dy = float32('StsReLUGrad', 'dy', inputs['dy']);
    const y = float32('StsReLUGrad', 'y', inputs['y']);
    sameSize('StsReLUGrad', dy.shape, y.shape);
    const dx = allocate(backend, dy.shape);
    runOver(backend, 'reluGradient', [dy, y, dx], [maxValue ?? Number.NaN]);
    return dx;
  },
);

interface AdamWAttributes {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** From 1 on. */
  readonly step: number;
}

/** One step of AdamW (Loshchilov & Hutter 2019) as PyTorch computes it. */
export const adamW: KernelConfig = kernel('StsAdamW', (backend, inputs, attrs: AdamWAttributes) => {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = attrs;
  const old = ['value', 'gradient', 'm', 'v'].map((name) =>
    float32('StsAdamW', name, inputs[name]),
  );
  const { shape } = old[0]!;
  for (const tensor of old) sameSize('StsAdamW', tensor.shape, shape);
  const next = [0, 1, 2].map(() => allocate(backend, shape));
  runOver(
    backend,
    'adamW',
    [...old, ...next],
    [
      ...[1 - learningRate * weightDecay, beta1, 1 - beta1, beta2, 1 - beta2],
      ...[learningRate / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step), epsilon],
    ],
  );
  return next;
});

/** A function of tensors of one size, element by element: their addresses, how many elements, and the numbers. */
function runOver(
  backend: WasmBackend,
  name: 'adamW' | 'reluGradient',
  tensors: readonly TensorInfo[],
  numbers: readonly number[],
): void {
  const team = teamOf(backend);
  const addresses = tensors.map((tensor) => addressOf(backend, tensor));
  const size = sizeOf(tensors[0]!);
  // Fours, as they are computed.
  team.share(name, { total: size, unit: 4, work: size }, (first, last) => [
    ...addresses.map((address) => address + 4 * first),
    ...[last - first, ...numbers],
  ]);
}

function sameSize(kernelName: string, a: readonly number[], b: readonly number[]): void {
  if (a.length !== b.length || a.some((size, axis) => size !== b[axis])) {
    throw new RangeError(`\`${kernelName}\`: shapes must be equal, got [${a}] and [${b}].`);
  }
}
