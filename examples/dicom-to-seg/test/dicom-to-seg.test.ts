import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, readDicomSegments, readDicomSeries } from '@sts-net/volume-io';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import ndarray from 'ndarray';
import { type SourceCase, train, useBackend, validateConfig } from 'sts-net';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { segment } from '../dicom-to-seg.mjs';

const series = fileURLToPath(
  new URL(
    '../../../packages/volume-io/test/fixtures/conformance/dicom/dcmqi/23x38x3/image',
    import.meta.url,
  ),
);

/** Marks what is above the middle of the window: 1 × 1 convolution of the middle one of three slices. */
function threshold() {
  const image = input({ shape: [null, null, 3] });
  const head = layers.conv2d({ filters: 2, kernelSize: 1, name: 'head' });
  const outputs = head.apply(image) as SymbolicTensor;
  head.setWeights([tf.tensor4d([0, 0, 0, 1000, 0, 0], [1, 1, 3, 2]), tf.tensor1d([0, -500])]);
  return model({ inputs: image, outputs });
}

test('a series becomes a SEG of the voxels that the network marks, on its own grid', async () => {
  await useBackend('cpu');
  const image = await readDicomSeries(series);
  const values = [...image.voxels.data].sort((a, b) => a - b);
  const [low, high] = [values[0]!, values.at(-1)!];
  const source = [1, 2].map((slope): SourceCase => {
    const grey = Float32Array.from({ length: 128 }, (_, i) => i * slope);
    const marked = Uint8Array.from(grey, (value) => (value > 100 * slope ? 1 : 0));
    const volume = (data: typeof grey | typeof marked) => createVolume(ndarray(data, [2, 8, 8]));
    return { id: `${slope}`, image: volume(grey), mask: volume(marked) };
  });
  const config = await validateConfig({
    model: { encoder: 'mobilenet_v2', decoder: 'unet' }, // the threshold takes its place
    backend: 'cpu',
    preprocessing: { normalization: { name: 'window', low, high } },
    data: { cases: 'source', split: { validation: ['2'], test: [] } },
    training: { steps: 1, batchSize: 1, optimizer: { learningRate: 1e-30 } },
    output: join(temporaryFolder(), 'run'),
  });
  const { output: run } = await train(config, { source, model: threshold() });

  const output = join(temporaryFolder(), 'lesions.dcm');
  const found = await segment(series, run, output, 'cpu');
  const expected = Array.from(image.voxels.data, (value) =>
    (value - low) / (high - low) > 0.5 ? 1 : 0,
  );
  expect(found).toBe(expected.filter((label) => label === 1).length);
  expect(found).toBeGreaterThan(20);
  const [lesion, ...others] = await readDicomSegments(output, { like: image });
  expect(others).toEqual([]);
  expect(lesion!.label).toBe('Lesion');
  expect(Array.from(lesion!.volume.voxels.data)).toEqual(expected);
  expect(lesion!.volume.affine).toBeAllclose(image.affine, { atol: 1e-4 });
});
