import { createEncoder, encoders } from '@sts-net/backbones';
import { ResizeBilinear, ResizeToMatch, UnusedParameters } from '@sts-net/layers-core';
import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { featurePyramid } from './caranet/feature-pyramid.ts';
import { partialDecoder } from './caranet/partial-decoder.ts';
import { preluUnit } from './caranet/prelu-unit.ts';
import { AxialAttention } from './layers/axial-attention.ts';
import { SigmoidGate } from './layers/sigmoid-gate.ts';
import type { NetworkOptions } from './network-options.ts';
import { binaryLogits } from './parts/binary-logits.ts';
import { convolution } from './parts/convolution.ts';
import { withinPadding } from './within-padding.ts';

const filters = 32;

/**
 * CaraNet: a partial decoder on the three deepest maps of a Res2Net101, whose map is refined three times, from
 * coarse to fine, by what axial attention finds outside of what was found before. Four outputs, the prediction
 * (the last refinement) first, then the coarser ones, the partial decoder's last. It tells one class from the
 * background. The encoder's classifier is kept for the weight files, unused.
 *
 * Source: Lou et al., SPIE Medical Imaging 2022; Journal of Medical Imaging 10(1), 2023.
 *
 * @throws RangeError for more than two classes
 */
export function caraNet({ classes = 2, inputShape, seed = 0 }: NetworkOptions): LayersModel {
  const logits = binaryLogits('caranet', classes);
  return withinPadding('caranet', { inputShape }, 32, (image) => {
    const encoder = { input: image, seed, name: 'resnet' };
    const { features } = createEncoder(encoders.res2net101_v1b, encoder);
    const [x2, x3, deepest] = features.slice(2).map(({ tensor }) => tensor) as Three;
    const fc = { weight: [1000, 2048], bias: [1000] };
    const unused = new UnusedParameters({ name: 'resnet.fc', shapes: fc });
    const x4 = unused.apply(deepest) as SymbolicTensor;
    const [f2, f3, f4] = [x2, x3, x4].map((x, i) =>
      preluUnit(x, `rfb${i + 2}_1`, { filters, seed }),
    ) as Three;
    const coarse = partialDecoder([f4, f3, f2], 'agg1', seed);
    const start = new ResizeToMatch({ name: 'crop_4', halfPixelCenters: true });
    const found3 = refine(start.apply([coarse, f4]) as SymbolicTensor, f4, 3, seed);
    const found2 = refine(resize(found3, 'crop_3', 2), f3, 2, seed);
    const found1 = refine(resize(found2, 'crop_2', 2), f2, 1, seed);
    const maps = [
      [found1, 5, 8],
      [found2, 3, 16],
      [found3, 2, 32],
      [coarse, 1, 8],
    ] as const;
    return maps.map(([map, key, scale]) => {
      const name = `lateral_map_${key}`;
      return logits(resize(map, name, scale), `${name}.logits`);
    });
  });
}

type Three = [SymbolicTensor, SymbolicTensor, SymbolicTensor];

/** What attention finds in a feature map where nothing was found yet, added to what was found. */
function refine(found: SymbolicTensor, x: SymbolicTensor, level: number, seed: number) {
  const pyramid = featurePyramid(x, `CFP_${level}`, seed);
  const attended = axialKernel(pyramid, `aa_kernel_${level}`, seed);
  const gate = new SigmoidGate({ name: `ra${level}_gate`, reverse: true });
  let y = gate.apply([found, attended]) as SymbolicTensor;
  for (const [i, count] of [filters, filters, 1].entries()) {
    y = preluUnit(y, `ra${level}_conv${i + 1}`, { filters: count, seed });
  }
  return layers.add({ name: `ra${level}_add` }).apply([y, found]) as SymbolicTensor;
}

/** Two convolutions, and attention along the height and along the width. */
function axialKernel(x: SymbolicTensor, key: string, seed: number): SymbolicTensor {
  const narrow = convolution(x, { name: `${key}.conv0.conv`, filters, kernelSize: 1, seed });
  let y = convolution(narrow, { name: `${key}.conv1.conv`, filters, seed });
  for (const [name, along] of [
    ['Hattn', 'height'],
    ['Wattn', 'width'],
  ] as const) {
    const prefix = `${key}.${name}`;
    const map = (part: string, count: number) =>
      convolution(y, {
        ...{ name: `${prefix}.${part}_conv.conv`, filters: count, kernelSize: 1, seed },
      });
    const inputs = [map('query', filters / 8), map('key', filters / 8), map('value', filters), y];
    y = new AxialAttention({ name: prefix, along }).apply(inputs) as SymbolicTensor;
  }
  return y;
}

function resize(x: SymbolicTensor, name: string, scale: number): SymbolicTensor {
  const layer = new ResizeBilinear({ name, scale, halfPixelCenters: true });
  return layer.apply(x) as SymbolicTensor;
}
