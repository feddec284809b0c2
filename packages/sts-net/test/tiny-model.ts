import { BatchNormalization, Conv2D, Dropout, ReLU } from '@sts-net/layers-core';
import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** A network of two convolutions with everything that has state: normalisation and dropout. */
export function tinyModel(channels = 3, classes = 2): LayersModel {
  const image = input({ shape: [null, null, channels], name: 'image' });
  const layers = [
    new Conv2D({ name: 'stem.conv', filters: 6, kernelSize: 3, padding: 'same' }),
    new BatchNormalization({ name: 'stem.bn' }),
    new ReLU({ name: 'stem.relu' }),
    new Dropout({ name: 'dropout', rate: 0.2, seed: 3 }),
    new Conv2D({ name: 'head', filters: classes, kernelSize: 3, padding: 'same', useBias: true }),
  ];
  const logits = layers.reduce((x, layer) => layer.apply(x) as SymbolicTensor, image);
  return model({ inputs: image, outputs: logits, name: 'tiny' });
}
