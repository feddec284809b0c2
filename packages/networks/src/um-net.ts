import { createEncoder } from '@sts-net/backbones';
import { Dropout, deriveSeed, ResizeBilinear } from '@sts-net/layers-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { SigmoidGate } from './layers/sigmoid-gate.ts';
import type { NetworkOptions } from './network-options.ts';
import { binaryLogits } from './parts/binary-logits.ts';
import { convolution } from './parts/convolution.ts';
import { join, sum } from './parts/merge.ts';
import { UMNetCBAM } from './um-net/attention.ts';
import { localGlobal } from './um-net/local-global.ts';
import { resize, unit } from './um-net/parts.ts';
import { pooledPyramid } from './um-net/pooled-pyramid.ts';
import { withinPadding } from './within-padding.ts';

/** What UM-Net can be told beside what all networks can. */
export interface UMNetSettings {
  /**
   * Whether the means that weigh the last map's channels are rounded down, as in the authors' code, where no
   * gradient gets through to what is pooled. @default true
   */
  readonly floor?: boolean;
  /** Rate of the channel dropout before the outputs. @default 0.1 */
  readonly dropout?: number;
}

/** Options of {@link umNet}. */
export type UMNetOptions = NetworkOptions & UMNetSettings;

const filters = 64;
/** Encoder levels with a local-global module, the coarsest first. */
const levels = [
  { level: 5, dilations: [1, 3, 5], heads: 4 },
  { level: 4, dilations: [2, 6, 10], heads: 3 },
  { level: 3, dilations: [3, 9, 15], heads: 2 },
  { level: 2, dilations: [4, 12, 20], heads: 1 },
] as const;

/**
 * UM-Net: local-global modules on the four coarser maps of a ResNet34, each handing its heads down to the next
 * finer one; decoders from coarse to fine, guided by contours where nothing was found before; and a last map
 * whose channels are weighed by what is pooled from it. It tells one class from the background.
 *
 * Six outputs at the size of the image: the prediction, those of the four decoders, the finest first, and, of
 * one channel whatever the classes are, the logit of the target's contour, for the loss
 * `contour-dice-cross-entropy`. The coarsest level's unused convolution is kept for the weight files.
 *
 * Source: Du et al., Medical Image Analysis 99 (2025) 103347.
 *
 * @throws RangeError for more than two classes
 */
export function umNet(options: UMNetOptions): LayersModel {
  const { classes = 2, inputShape, seed = 0, floor = true, dropout = 0.1 } = options;
  const logits = binaryLogits('um-net', classes);
  return withinPadding('um-net', { inputShape }, { multiple: 32, minimum: 64 }, (image) => {
    const parts = new Parts(seed, dropout);
    const maps = parts.encode(image);
    const [e1, e2, e3, e4] = maps as [FeatureMap, FeatureMap, FeatureMap, FeatureMap];
    let heads: readonly FeatureMap[] = [];
    const own = levels.map(({ level, dilations, heads: count }) => {
      const received = heads.slice(1);
      const settings = { key: `lg${level}`, dilations, heads: count, received, seed };
      heads = localGlobal(maps[level - 1]!, settings);
      return heads[0]!;
    }) as [FeatureMap, FeatureMap, FeatureMap, FeatureMap];
    const contour = parts.contour(e1);
    const d5 = parts.decode(own[0], 5);
    const out5 = parts.side(d5, 5);
    const next = (
      before: FeatureMap,
      found: FeatureMap,
      head: FeatureMap,
      fine: FeatureMap,
      level: number,
    ) => {
      const guided = parts.guide(found, contour, fine, level);
      return parts.decode(join(`decoder${level}.concat`, before, head, guided), level);
    };
    const d4 = next(d5, out5, own[1], e4, 4);
    const out4 = parts.side(d4, 4);
    const d3 = next(d4, out4, own[2], e3, 3);
    const out3 = parts.side(d3, 3);
    const d2 = next(d3, out3, own[3], e2, 2);
    const out2 = parts.side(d2, 2);
    const out1 = parts.head(pooledPyramid([d2, d3, d4], { key: 'hpp', floor, seed }));
    const sized = (map: FeatureMap, name: string) => resize(map, image, `${name}.resize`);
    const outputs = [out1, out2, out3, out4, out5].map((logit, i) =>
      logits(sized(logit, `out${i + 1}`), `out${i + 1}.logits`),
    );
    const line = { name: 'line_predict', filters: 1, useBias: true, seed };
    return [...outputs, sized(convolution(contour, line), 'contour')];
  });
}

type FeatureMap = SymbolicTensor;

class Parts {
  readonly #seed: number;
  readonly #dropout: number;

  constructor(seed: number, dropout: number) {
    this.#seed = seed;
    this.#dropout = dropout;
  }

  /** The encoder's maps, the three coarsest brought to 64 channels. */
  encode(image: FeatureMap): readonly FeatureMap[] {
    const name = (key: string) =>
      key.startsWith('layer')
        ? key.replace(/^layer(\d)/, (_, layer) => `encoder${Number(layer) + 1}`)
        : `encoder1_${key.replace(/1$/, '')}`;
    const { features } = createEncoder('resnet34', { input: image, seed: this.#seed, name });
    return features.map(({ tensor }, i) =>
      i < 2 ? tensor : this.unit(tensor, `down${i + 1}`, filters, 1),
    );
  }

  unit(x: FeatureMap, key: string, count: number, kernelSize = 3): FeatureMap {
    return unit(x, key, { filters: count, kernelSize, seed: this.#seed });
  }

  contour(x: FeatureMap): FeatureMap {
    const y = this.unit(x, 'cbam', filters);
    const name = 'cbam.3';
    const attention = new UMNetCBAM({ name, seed: deriveSeed(this.#seed, name) });
    const weighed = attention.apply(y) as FeatureMap;
    return unit(weighed, 'cbam', { filters, index: 4, seed: this.#seed });
  }

  /** Reverse contour guidance: what contours say of a feature map where nothing was found yet. */
  guide(found: FeatureMap, contour: FeatureMap, x: FeatureMap, level: number): FeatureMap {
    const key = `rcg${level}`;
    const gate = new SigmoidGate({ name: `${key}.reverse`, reverse: true });
    const left = gate.apply([found, x]) as FeatureMap;
    const lines = resize(contour, x, `${key}.resize`);
    const y = this.unit(join(`${key}.concat`, lines, left), `${key}.conv1`, filters);
    const weight = this.#last(y, `${key}.mlp.0`);
    const weighed = new SigmoidGate({ name: `${key}.gate` }).apply([weight, y]) as FeatureMap;
    return sum(`${key}.add`, weighed, x);
  }

  decode(x: FeatureMap, level: number): FeatureMap {
    const key = `decoder${level}`;
    const narrow = this.unit(x, `${key}.conv1`, x.shape.at(-1)! / 4);
    const y = this.unit(narrow, `${key}.conv2`, filters);
    return new ResizeBilinear({ name: `${key}.up`, scale: 2, alignCorners: true }).apply(
      y,
    ) as FeatureMap;
  }

  side(x: FeatureMap, level: number): FeatureMap {
    const key = `side${level}`;
    return this.#output(this.unit(x, `${key}.conv1`, 16), `${key}.drop`, `${key}.conv2`);
  }

  head(x: FeatureMap): FeatureMap {
    return this.#output(this.unit(x, 'final', 32), 'final.3', 'final.4');
  }

  #output(x: FeatureMap, drop: string, name: string): FeatureMap {
    const seed = deriveSeed(this.#seed, drop);
    const dropout = new Dropout({ name: drop, rate: this.#dropout, unit: 'channel', seed });
    return this.#last(dropout.apply(x) as FeatureMap, name);
  }

  #last(x: FeatureMap, name: string): FeatureMap {
    return convolution(x, { name, filters: 1, kernelSize: 1, useBias: true, seed: this.#seed });
  }
}
