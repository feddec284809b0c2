import { createEncoder } from '@sts-net/backbones';
import { createDecoder } from '@sts-net/decoders';
import {
  AveragePool2D,
  Conv2D,
  CropToMatch,
  convBatchNorm,
  deriveSeed,
  Kaiming,
  PadToMultiple,
  ResizeToMatch,
} from '@sts-net/layers-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { SigmoidGate } from './layers/sigmoid-gate.ts';
import type { NetworkOptions } from './network-options.ts';

/** How many times smaller the scales are than the map that is gated, coarse to fine. */
const factors = [4, 2, 1];

/**
 * A construction, and not MSGSE-Net: neither code nor the text of its paper is public. What is known of it, gates
 * for places and channels that are guided by several scales, is put between the plain U-Net's encoder and
 * decoder, of such a size that there are as many parameters as the paper of STS-Net prints for it (33.85 million;
 * the FLOPs that it prints are 1.7 times those of this).
 *
 * Thirteen outputs: the logits, which are the prediction, and twelve maps `[batch, height / s, width / s, 1]` of the
 * padded image, the logits of where gates open, the four levels from the finest on, each from coarse to fine, for
 * the loss `entropy-dice-cross-entropy`.
 *
 * After: Li et al., Neurocomputing 461 (2021) 228–243, of which the abstract.
 */
export function msgseNetLike({ classes = 2, inputShape, seed = 0 }: NetworkOptions): LayersModel {
  const image = input({ shape: [...inputShape], name: 'image' });
  const padded = new PadToMultiple({ name: 'pad', multiple: 32 }).apply(image) as SymbolicTensor;
  const { features } = createEncoder('plain-unet', { input: padded, seed });
  const maps: SymbolicTensor[] = [];
  const gated = features.map((feature, i) => {
    if (i === features.length - 1) return feature;
    const { tensor, places } = gate(feature.tensor, `attention.${i}`, seed);
    maps.push(...places);
    return { ...feature, tensor };
  });
  const logits = createDecoder('plain-unet', gated, { classes, seed });
  const cropped = new CropToMatch({ name: 'crop' }).apply([logits, image]) as SymbolicTensor;
  return model({ inputs: image, outputs: [cropped, ...maps], name: 'msgse-net-like' });
}

/** A map, gated by what it looks like at each scale, one after the other; and where each gate opens. */
function gate(x: SymbolicTensor, key: string, seed: number) {
  const channels = x.shape.at(-1)!;
  const narrow = channels / 4;
  const unit = (input: SymbolicTensor, name: string) =>
    convBatchNorm(input, {
      ...{ convolution: `${name}.conv`, batchNormalization: `${name}.bn`, relu: `${name}.relu` },
      ...{ filters: narrow, kernelSize: 3, seed },
    });
  const pointwise = (input: SymbolicTensor, name: string, filters: number) => {
    const kernelInitializer = new Kaiming({ seed: deriveSeed(seed, name) });
    const args = { name, filters, kernelSize: 1, useBias: true, kernelInitializer };
    return new Conv2D(args).apply(input) as SymbolicTensor;
  };
  const resize = (map: SymbolicTensor, like: SymbolicTensor, name: string) =>
    new ResizeToMatch({ name }).apply([map, like]) as SymbolicTensor;
  const places: SymbolicTensor[] = [];
  let tensor = x;
  let before: SymbolicTensor | undefined;
  for (const [i, factor] of factors.entries()) {
    const name = `${key}.scales.${i}`;
    const pool = new AveragePool2D({ name: `${name}.pool`, poolSize: factor });
    let seen = unit(factor === 1 ? x : (pool.apply(x) as SymbolicTensor), name);
    if (before !== undefined) {
      const coarse = resize(before, seen, `${name}.resize`);
      seen = layers.add({ name: `${name}.add` }).apply([seen, coarse]) as SymbolicTensor;
    }
    if (factor === 1) seen = unit(seen, `${key}.fuse`);
    const place = pointwise(seen, `${name}.spatial`, 1);
    const channel = pointwise(seen, `${name}.channel`, channels);
    const sigmoid = layers.activation({ name: `${name}.channel.sigmoid`, activation: 'sigmoid' });
    const gates = new SigmoidGate({ name: `${name}.gates` }).apply([
      place,
      sigmoid.apply(channel) as SymbolicTensor,
    ]) as SymbolicTensor;
    const weights = factor === 1 ? gates : resize(gates, x, `${name}.gates.resize`);
    const more = layers.multiply({ name: `${name}.multiply` }).apply([tensor, weights]);
    const sum = layers.add({ name: `${name}.gated` });
    tensor = sum.apply([tensor, more as SymbolicTensor]) as SymbolicTensor;
    places.push(place);
    before = seen;
  }
  return { tensor, places };
}
