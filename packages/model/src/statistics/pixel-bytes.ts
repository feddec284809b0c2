import type { LayersModel } from '@tensorflow/tfjs-layers';
import { layerStatistics } from './model-statistics.ts';

/**
 * Bytes that a network takes, times those of its largest layer's output. Measured on the ort engine with
 * bench/memory.mjs: 3.2 (mobilenet_v2 with unet) to 7.9 (dpn68 with deeplabv3plus).
 */
const layersAtOnce = 8;

/** Bytes that a network takes to predict, for each pixel of a batch. */
export function pixelBytes(model: LayersModel): number {
  const side = 256;
  const layers = layerStatistics(model, { size: [side, side] });
  const values = layers.map(({ outputShape }) => outputShape.reduce((a, b) => a * b, 1));
  return (layersAtOnce * 4 * Math.max(...values)) / side ** 2;
}
