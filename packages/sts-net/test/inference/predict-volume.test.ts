import { useBackend } from '@sts-net/backend';
import { expectNoNewTensors, uniform } from '@sts-net/testing';
import { createVolume } from '@sts-net/volume-io';
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, it } from 'vitest';
import { predictVolume } from '../../src/inference/predict-volume.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

const shape = [5, 4, 3] as [number, number, number];
const voxels = Float64Array.from(uniform('volume', 60), (u) => 100 + 50 * u);
voxels[7] = 0;

/** Logits (0, channel): says target wherever the chosen channel of the input is above zero. */
function channelModel(channel: number, channels = 3): LayersModel {
  const image = input({ shape: [null, null, channels] });
  const convolution = layers.conv2d({ filters: 2, kernelSize: 1, useBias: false });
  const logits = convolution.apply(image) as SymbolicTensor;
  const kernel = new Float32Array(channels * 2);
  kernel[channel * 2 + 1] = 1;
  convolution.setWeights([tf.tensor4d(kernel, [1, 1, channels, 2])]);
  return model({ inputs: image, outputs: logits });
}

/** Where the z-score over nonzero voxels is above zero. */
const mean = voxels.reduce((a, b) => a + b, 0) / 59;
const above = Array.from(voxels, (v) => (v > mean ? 1 : 0));

describe('predictVolume', () => {
  it.each([1, 2, 100])(
    'labels every voxel by its own slice, in batches of %i',
    async (batchSize) => {
      const affine = [0, 0, 2, 5, 0, -1, 0, 6, 1.5, 0, 0, 7, 0, 0, 0, 1];
      const image = createVolume(ndarray(voxels, shape), { affine });
      const network = channelModel(1);
      const label = await predictVolume(network, image, { batchSize });
      expect([...label.voxels.data]).toEqual(above);
      expect(label.voxels.shape).toEqual(shape);
      expect(label.affine).toEqual(affine);
      expect(label.spacing).toEqual(image.spacing);
      network.dispose();
    },
  );

  it('sees the neighbour slices in its other channels, the slice itself at the ends', async () => {
    const network = channelModel(0);
    const label = await predictVolume(network, createVolume(ndarray(voxels, shape)));
    expect([...label.voxels.data]).toEqual([
      ...above.slice(0, 12),
      ...above.slice(0, 36),
      ...above.slice(48),
    ]);
    network.dispose();
  });

  it('cuts across the axis it is told to', async () => {
    const network = channelModel(0);
    const turned = createVolume(ndarray(voxels, [4, 3, 5], [3, 1, 12]));
    const label = await predictVolume(network, turned, { axis: 2 });
    const straight = await predictVolume(network, createVolume(ndarray(voxels, shape)));
    const back = label.voxels.transpose(2, 0, 1);
    for (let k = 0; k < 5; k++) {
      for (let j = 0; j < 4; j++) {
        for (let i = 0; i < 3; i++) {
          expect(back.get(k, j, i)).toBe(straight.voxels.get(k, j, i));
        }
      }
    }
    network.dispose();
  });

  it('normalises by ImageNet’s numbers if told to', async () => {
    const network = channelModel(1);
    const label = await predictVolume(network, createVolume(ndarray(voxels, shape)), {
      normalization: { name: 'imagenet', maxPixelValue: 255 },
    });
    expect([...label.voxels.data]).toEqual(Array.from(voxels, (v) => (v / 255 > 0.456 ? 1 : 0)));
    network.dispose();
  });

  it('reports progress and stops when told to', async () => {
    const network = channelModel(1);
    const image = createVolume(ndarray(voxels, shape));
    const done: string[] = [];
    const controller = new AbortController();
    const onProgress = (n: number, total: number) => {
      done.push(`${n}/${total}`);
      if (n === 3) controller.abort(new Error('enough'));
    };
    const { signal } = controller;
    await expect(predictVolume(network, image, { onProgress, signal })).rejects.toThrow('enough');
    expect(done).toEqual(['1/5', '2/5', '3/5']);
    network.dispose();
  });

  it('leaves no tensors behind', async () => {
    const network = channelModel(1);
    await expectNoNewTensors(() => predictVolume(network, createVolume(ndarray(voxels, shape))));
    network.dispose();
  });
});
