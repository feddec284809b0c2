import type { StoredTensor } from '@sts-net/model';

/**
 * What is no longer a number must not take the place of weights that are.
 *
 * @param path what is to be written
 * @throws RangeError naming the tensor
 */
export function checkFinite(tensors: ReadonlyMap<string, StoredTensor>, path: string): void {
  for (const [name, { data }] of tensors) {
    if (data.every(Number.isFinite)) continue;
    throw new RangeError(
      `'${path}' is not written, since '${name}' has become infinite or NaN; what was saved before stays; go on from it with a lower \`training.optimizer.learningRate\` or with \`training.clipNorm\``,
    );
  }
}
