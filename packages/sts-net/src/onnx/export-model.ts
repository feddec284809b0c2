import { useBackend } from '@sts-net/backend';
import { channelsOf } from '@sts-net/inference';
import { PadToMultiple } from '@sts-net/layers-core';
import { predictionNetwork } from '@sts-net/model';
import { exportOnnx } from '@sts-net/tfjs-backend-ort';
import type * as tf from '@tensorflow/tfjs-core';
import type { LoadedModel } from '../runs/load-model.ts';

/** Options of {@link exportModel}. */
export interface ExportModelOptions {
  /** `[height, width]` of the images that the file takes; `null` for any size. */
  readonly size: readonly [number, number] | null;
  /** Images that go through the network together; `null` for any number. @default null */
  readonly batch?: number | null;
}

/**
 * A trained network as an ONNX file (operator set 18, ONNX's own operators only): input `image`
 * `[batch, height, width, channels]`, normalised as in training, output `logits`
 * `[batch, height, width, classes]`. What network it is and how images become its input is in its metadata under `sts-net`, so that
 * `loadOnnx` and `sts-net predict` need nothing else. A file for any size pads images with zeros at
 * the bottom and right to a multiple of the network's coarsest map and crops the logits back. Switches
 * to the `ort` engine.
 *
 * @throws RangeError for sizes that are not positive integers
 */
export async function exportModel(
  { model, network, preprocessing, trainedOn, targets }: Omit<LoadedModel, 'path'>,
  { size, batch = null }: ExportModelOptions,
): Promise<Uint8Array> {
  for (const side of [...(size ?? []), batch ?? 1]) {
    if (Number.isInteger(side) && side > 0) continue;
    throw new RangeError(
      `\`exportModel\`: height, width and batch must be positive integers, got ${[...(size ?? []), batch].join(', ')}.`,
    );
  }
  await useBackend('ort');
  const prediction = predictionNetwork(model);
  const channels = channelsOf(preprocessing);
  const padding = model.layers.find((layer) => layer instanceof PadToMultiple);
  const multipleOf = padding?.minimum ?? 1;
  const sides = size ?? ['height', 'width'].map((name) => ({ name, multipleOf }));
  return exportOnnx(
    (image) => ({ logits: prediction.apply(image, { training: false }) as tf.Tensor }),
    [{ name: 'image', shape: [batch, ...sides, channels] }],
    { 'sts-net': JSON.stringify({ network, preprocessing, trainedOn, targets }) },
  );
}
