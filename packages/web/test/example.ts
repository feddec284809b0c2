import { useBackend } from '@sts-net/backend';
import type { Preprocessing } from '@sts-net/inference';
import { BatchNormalization, Conv2D, ReLU } from '@sts-net/layers-core';
import { storedTensors, weightTensors } from '@sts-net/model';
import { uniform } from '@sts-net/testing';
import { createVolume, type Volume } from '@sts-net/volume-io';
import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import ndarray from 'ndarray';
import { encodeModel } from '../src/model/encode-model.ts';
import { describeClasses, type ModelDescription } from '../src/model/model-description.ts';

/** A network of two convolutions, its description and its files. */
export async function exampleModel({
  channels = 3,
  classes = 2,
  half = false,
  preprocessing = { context: 1, normalization: { name: 'all' } } as Preprocessing,
  more = {} as Partial<ModelDescription>,
} = {}): Promise<{
  network: LayersModel;
  description: ModelDescription;
  weights: Uint8Array<ArrayBuffer>;
  json: Uint8Array<ArrayBuffer>;
}> {
  await useBackend('wasm');
  const image = input({ shape: [null, null, channels], name: 'image' });
  const layers = [
    new Conv2D({ name: 'stem.conv', filters: 6, kernelSize: 3, padding: 'same' }),
    new BatchNormalization({ name: 'stem.bn' }),
    new ReLU({ name: 'stem.relu' }),
    new Conv2D({ name: 'head', filters: classes, kernelSize: 3, padding: 'same', useBias: true }),
  ];
  const logits = layers.reduce((x, layer) => layer.apply(x) as SymbolicTensor, image);
  const network = model({ inputs: image, outputs: logits, name: 'tiny' });
  const topology = network.toJSON(undefined, false) as Record<string, unknown>;
  const description: ModelDescription = {
    network: { classes, topology },
    preprocessing,
    classes: describeClasses(classes),
    ...more,
  };
  const tensors = await storedTensors(weightTensors(network));
  const files = encodeModel(description, tensors, { half });
  const [weights, json] = (['weights.safetensors', 'model.json'] as const).map((name) =>
    joined(files.get(name)!),
  ) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  return { network, description, weights, json };
}

/** Uneven intensities on an oblique grid of uneven spacing. */
export function exampleVolume(seed = 'volume', shape = [5, 24, 20]): Volume<Float32Array> {
  const size = shape.reduce((a, b) => a * b);
  return createVolume(ndarray(uniform(seed, size), shape), {
    affine: [-0.7, 0, 0, 12, 0, 0.8, 0.1, -30, 0, -0.05, 3, 4, 0, 0, 0, 1],
  });
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
