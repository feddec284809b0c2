import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec, Feature } from '../contract/decoder-spec.ts';
import { decoderWithMaps } from '../contract/decoder-with-maps.ts';
import { requireFeatures } from '../contract/require-features.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';
import { featurePyramidAttention } from './feature-pyramid-attention.ts';
import { globalAttentionUpsample } from './global-attention-upsample.ts';

/** Options of {@link pan}. */
export interface PANOptions {
  /** Channels inside. @default 32 */
  readonly filters?: number;
}

/**
 * Pyramid attention network: a pyramid of pooled maps weighs the deepest map, which then guides the
 * finer ones on the way up, the finest left out; 3×3 head and bilinear resizing with aligned
 * corners. Layers are named as in segmentation_models.pytorch, and start as there.
 *
 * The pyramid halves the deepest map three times, so it must be 8 × 8 at least.
 *
 * Source: Li et al., BMVC 2018.
 *
 * @throws RangeError when built on fewer than two feature maps
 */
export function pan({ filters = 32 }: PANOptions = {}): DecoderSpec {
  return decoderWithMaps({
    outputStride: 16,
    minimumMapSize: 8,
    decode: (features, { classes, seed }) => {
      requireFeatures('pan', features, 2);
      const [deepest, ...finer] = features.slice(1).toReversed();
      let stride = deepest!.stride;
      let y: SymbolicTensor = featurePyramidAttention(deepest!.tensor, filters, seed);
      const maps: Feature[] = [];
      for (const [i, skip] of finer.entries()) {
        const name = `decoder.gau${finer.length - i}`;
        const scale = stride / skip.stride;
        y = globalAttentionUpsample(y, skip.tensor, { name, filters, scale, seed });
        stride = skip.stride;
        maps.unshift({ tensor: y, channels: filters, stride });
      }
      const head = { classes, kernelSize: 3, scale: stride, start: 'xavier', seed } as const;
      return { logits: segmentationHead(y, head), maps: maps.slice(1) };
    },
  });
}
