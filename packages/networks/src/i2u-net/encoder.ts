import { AveragePool2D, type Conv2D, MaxPool2D, UnusedParameters } from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { ZeroState } from '../layers/zero-state.ts';
import { join, sum } from '../parts/merge.ts';
import { eca, encoderConvolution, normalize, relu, type Streams, tanh } from './parts.ts';

/** Channels of the state. */
export const stateChannels = 32;

const stages = [
  { planes: 64, blocks: 3, taps: 5 },
  { planes: 128, blocks: 4, taps: 5 },
  { planes: 256, blocks: 6, taps: 5 },
  { planes: 512, blocks: 3, taps: 7 },
] as const;

/**
 * A ResNet34 with a state beside its map: each block also sees the state, which is then updated by the block's
 * result. The maps and states of its four stages, finest first.
 */
export function encoder(image: SymbolicTensor, seed: number): readonly Streams[] {
  const first = { name: 'model.conv1', filters: 64, kernelSize: 7, strides: 2, seed };
  const stem = encoderConvolution(first).apply(image) as SymbolicTensor;
  const ready = relu(normalize(stem, 'model.bn1'), 'model.relu');
  const pool = { name: 'model.maxpool', poolSize: 3, strides: 2, padding: 1 };
  let x = unused(new MaxPool2D(pool).apply(ready) as SymbolicTensor);
  const state = new ZeroState({ name: 'model.state', channels: stateChannels });
  let h = state.apply(x) as SymbolicTensor;
  return stages.map(({ planes, blocks, taps }, stage) => {
    const name = `model.conv_outs.${stage}`;
    const update = encoderConvolution({ name, filters: stateChannels, kernelSize: 1, seed });
    for (let index = 0; index < blocks; index++) {
      const strides = stage > 0 && index === 0 ? 2 : 1;
      ({ x, h } = block({ x, h }, { stage, index, planes, strides, taps, update, seed }));
    }
    return { x, h };
  });
}

interface Block {
  readonly stage: number;
  readonly index: number;
  readonly planes: number;
  readonly strides: 1 | 2;
  /** Of the channel attention. */
  readonly taps: number;
  /** From the map to the state, the same in all blocks of the stage. */
  readonly update: Conv2D;
  readonly seed: number;
}

function block({ x, h }: Streams, options: Block): Streams {
  const { stage, index, planes, strides, taps, update, seed } = options;
  const key = `model.stages.${stage}.${index}`;
  const convolve = (input: SymbolicTensor, name: string, kernelSize: number, step: 1 | 2) =>
    encoderConvolution({
      ...{ name: `${key}.${name}`, filters: planes, kernelSize, strides: step, seed },
    }).apply(input) as SymbolicTensor;
  const first = convolve(join(`${key}.concat`, x, h), 'conv1', 3, strides);
  const ready = relu(normalize(first, `${key}.bn1`), `${key}.relu1`);
  const second = normalize(convolve(ready, 'conv2', 3, 1), `${key}.bn2`);
  const weighed = eca(second, `${key}.eca`, taps, seed);
  const shortcut =
    strides === 1 ? x : normalize(convolve(x, 'downsample.0', 1, strides), `${key}.downsample.1`);
  const next = relu(sum(`${key}.add`, weighed, shortcut), `${key}.relu`);
  const pool = new AveragePool2D({ name: `${key}.pool`, poolSize: 2 });
  const state = strides === 1 ? h : (pool.apply(h) as SymbolicTensor);
  // The authors' code means the branch without the shortcut here, but adds that to it in place before.
  const updated = sum(`${key}.state.add`, state, update.apply(next) as SymbolicTensor);
  const normal = normalize(updated, `model.stage_bns.${stage}.${index}`);
  return { x: next, h: tanh(normal, `${key}.state`) };
}

/** What the authors' encoder has and does not use. */
function unused(x: SymbolicTensor): SymbolicTensor {
  const bn2 = { weight: [32], bias: [32], movingMean: [32], movingVariance: [32] };
  const fc = { weight: [1000, 544], bias: [1000] };
  const y = new UnusedParameters({ name: 'model.bn2', shapes: bn2 }).apply(x);
  return new UnusedParameters({ name: 'model.fc', shapes: fc }).apply(y) as SymbolicTensor;
}
