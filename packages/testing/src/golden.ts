import { readFileSync } from 'node:fs';
import { fnv1a, mulberry32 } from './random.ts';

/** The reference files in `packages/testing/golden`; each says in `about` how it was made. */
export type GoldenName =
  | 'models-eval'
  | 'models-training'
  | 'params-macs'
  | 'state-dict-shapes'
  | 'trajectory';

// biome-ignore lint/suspicious/noExplicitAny: reference files differ in shape and tests index them freely.
export function golden(name: GoldenName): any {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8'));
}

/** A tensor as PyTorch stores it: row-major data and its shape. */
export interface TorchTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Fills every tensor of a PyTorch state dict by the golden recipe (`recipe` in `models-eval.json`):
 * drawn from the generator that the tensor's key seeds, scaled by the tensor's role.
 * `num_batches_tracked` entries are left out.
 *
 * @param normalizes whether the layer of a key is filled as a batch normalisation, which one with running
 * statistics is in any case
 */
export function recipeStateDict(
  shapes: Readonly<Record<string, readonly number[]>>,
  normalizes: (layer: string) => boolean = () => false,
): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  for (const [key, shape] of Object.entries(shapes)) {
    if (key.endsWith('num_batches_tracked')) continue;
    const prefix = key.slice(0, key.lastIndexOf('.'));
    const normalization = Object.hasOwn(shapes, `${prefix}.running_mean`) || normalizes(prefix);
    const { centre, spread } = recipe(key, shape, normalization);
    const count = shape.reduce((a, b) => a * b, 1);
    const next = mulberry32(fnv1a(key));
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) data[i] = centre + (2 * next() - 1) * spread;
    tensors.set(key, { shape, data });
  }
  return tensors;
}

/** Values of a tensor are between `centre - spread` and `centre + spread`. */
function recipe(
  key: string,
  shape: readonly number[],
  isNormalization: boolean,
): { readonly centre: number; readonly spread: number } {
  if (key.endsWith('running_var')) return { centre: 1, spread: 0.5 };
  if (key.endsWith('running_mean')) return { centre: 0, spread: 0.2 };
  if (shape.length > 1) {
    const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
    return { centre: 0, spread: Math.sqrt(6 / fanIn) };
  }
  if (!isNormalization) return { centre: 0, spread: 0.1 };
  return key.endsWith('weight') ? { centre: 1, spread: 0.5 } : { centre: 0, spread: 0.2 };
}
