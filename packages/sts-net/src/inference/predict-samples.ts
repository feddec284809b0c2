import type { Sample } from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import { copySample, emptyBatch, wholeSample } from '../data/copy-sample.ts';
import type { Normalization } from '../data/normalization.ts';
import type { Classifier } from './classifier.ts';

/**
 * The most likely class of every pixel, sample by sample.
 *
 * @param samples all of one size
 * @param batchSize samples that go through the network together
 */
export async function* predictSamples(
  classify: Classifier,
  samples: readonly Sample[],
  normalization: Normalization,
  batchSize: number,
): AsyncGenerator<NdArray<Uint8Array>> {
  for (let start = 0; start < samples.length; start += batchSize) {
    const group = samples.slice(start, start + batchSize);
    const [height, width, channels] = group[0]!.image.shape as [number, number, number];
    // The truth is not looked at; two classes are the least that a batch can have.
    const batch = emptyBatch({ count: group.length, height, width, channels, classes: 2 });
    const blind = ndarray(new Uint8Array(height * width), [height, width]);
    for (const [i, { id, group: patient, image }] of group.entries()) {
      const sample = { id, group: patient, image, mask: blind };
      copySample(sample, normalization, wholeSample, batch, i);
    }
    const labels = await classify(batch.images, [group.length, height, width, channels]);
    for (let i = 0; i < group.length; i++) {
      const pixels = height * width;
      yield ndarray(labels.subarray(i * pixels, (i + 1) * pixels), [height, width]);
    }
    // Lets signals through: synchronous backends never leave the turn otherwise.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
