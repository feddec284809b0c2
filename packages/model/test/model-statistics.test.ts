import { useBackend } from '@sts-net/backend';
import { Kaiming } from '@sts-net/layers-core';
import { golden } from '@sts-net/testing';
import { zeros } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test, vi } from 'vitest';
import { createModel, type ModelOptions, modelStatistics } from '../src/index.ts';
import { goldenOptions } from './golden-models.ts';

beforeAll(async () => {
  await useBackend('wasm');
  // Only shapes count here, and drawing a billion initial weights takes long.
  vi.spyOn(Kaiming.prototype, 'apply').mockImplementation((shape) => zeros(shape as number[]));
});

const { pairs, stsnet } = golden('params-macs');

// Of EfficientNet: a last convolution that segmentation networks do not use.
const unused = 412_160;

test.each(Object.keys(pairs))(
  'golden: parameters, buffers and multiply-adds of %s at 480 × 480',
  (pair) => {
    const model = createModel(goldenOptions(pair));
    const { params, buffers, conv_macs_480 } = pairs[pair];
    expect(modelStatistics(model)).toMatchObject({
      parameters: params,
      trainableParameters: pair.endsWith('/efficientnet-b0') ? params - unused : params,
      buffers,
      multiplyAdds: conv_macs_480,
      uncounted: [],
    });
    model.dispose();
  },
);

test('golden: STS-Net has 39,105,873 parameters, 142,035,696,512 multiply-adds and the paper’s 571.35 G', () => {
  const model = createModel(goldenOptions('STSNet(esca k=3 shared)', [480, 480, 3]));
  expect(modelStatistics(model)).toMatchObject({
    parameters: stsnet.params_k3_shared,
    multiplyAdds: 142_035_696_512,
    paperFlops: stsnet.fvcore_total_batch4_480,
    uncounted: [],
  });
  expect(stsnet).toMatchObject({
    params_k3_shared: 39_105_873,
    fvcore_total_batch4_480: 571_353_645_568,
  });
  model.dispose();
});

test('golden: with adaptive kernels STS-Net has 39,105,883 parameters', () => {
  const model = createModel(goldenOptions('STSNet(esca adaptive)'));
  expect(modelStatistics(model).parameters).toBe(39_105_883);
  model.dispose();
});

const light: ModelOptions = {
  encoder: 'mobilenet_v2',
  decoder: 'unet',
  classes: 2,
  inputShape: [null, null, 3],
};

test('frozen layers count as parameters, not as trainable ones', () => {
  const model = createModel(light);
  const { parameters, buffers } = modelStatistics(model);
  for (const layer of model.layers.slice(0, -2)) layer.trainable = false;
  expect(modelStatistics(model)).toMatchObject({
    parameters,
    buffers,
    trainableParameters: pairs['Unet/mobilenet_v2'].head_params,
  });
  model.dispose();
});

test('multiply-adds grow with the padded area', () => {
  const model = createModel(light);
  const at = (height: number, width: number) =>
    modelStatistics(model, { size: [height, width] }).multiplyAdds;
  expect(at(64, 96)).toBe(6 * at(32, 32));
  expect(at(33, 65)).toBe(at(64, 96));
  expect(() => at(0, 32)).toThrow(
    /`size` must be two positive integers \[height, width\], got \[0, 32\]/,
  );
  model.dispose();
});

test('layers that cannot be counted are named', () => {
  const attention = () => layers.dense({ units: 16 });
  const stages = { stages: [{ stride: 2, build: (x: SymbolicTensor) => x }] };
  const model = createModel({
    ...light,
    inputShape: [32, 32, 16],
    encoder: stages,
    decoder: { outputStride: 32, build: ([feature]) => feature!.tensor },
    attention,
  });
  expect(modelStatistics(model).uncounted).toEqual(['encoder.iaff1']);
  model.dispose();
});
