import type { StoredTensor } from '@sts-net/model';

/**
 * What is no longer a number must not take the place of weights that are.
 *
 * @param path what is to be written
 * @throws RangeError naming the tensor
 */
export function checkFinite(tensors: ReadonlyMap<string, StoredTensor>, path: string): void {
  for (const [name, { data }] of tensors) {
    if (areFinite(data)) continue;
    throw new RangeError(
      `'${path}' is not written, since '${name}' has become infinite or NaN; what was saved before stays; go on from it with a lower \`training.optimizer.learningRate\` or with \`training.clipNorm\``,
    );
  }
}

/** A loop, for weights are millions of numbers and a call for each takes many times as long. */
function areFinite(data: StoredTensor['data']): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}
