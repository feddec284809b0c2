import { golden, recipeStateDict, type TorchTensor } from '@sts-net/testing';
import { createModel, loadTorchWeights, type ModelOptions } from '../../src/model/index.ts';

/** The options of a model by its name in the golden files, and the shapes of its state dict. */
export function goldenOptions(
  name: string,
  inputShape: ModelOptions['inputShape'] = [null, null, 3],
): Pick<ModelOptions, 'encoder' | 'decoder' | 'attention' | 'inputShape' | 'classes'> {
  const [architecture, encoder] = name.replace(/@.*$/, '').split('/') as [string, string?];
  const common = { classes: 2, inputShape };
  if (encoder === undefined) {
    const kernelSize = architecture.includes('k=3 ') ? 3 : 'adaptive';
    const attention = { name: 'esca', kernelSize } as const;
    return { encoder: 'resnext50_32x4d', decoder: 'deeplabv3', attention, ...common };
  }
  const decoder = architecture.toLowerCase();
  return { encoder, decoder, ...common } as ReturnType<typeof goldenOptions>;
}

/** The golden recipe's state dict for a model: encoder, decoder and, for STS-Net, ESCA. */
export function goldenStateDict(name: string): Map<string, TorchTensor> {
  const { encoder, decoder, attention } = goldenOptions(name);
  const all = golden('state-dict-shapes');
  const shapes: Record<string, readonly number[]> = {};
  for (const [key, shape] of Object.entries(all[`smp-encoder/${encoder}`])) {
    shapes[`encoder.${key}`] = shape as number[];
  }
  const architecture = decoder === 'unet' ? 'Unet' : 'DeepLabV3';
  const channels: number = golden('params-macs').encoders[encoder as string].out_channels.at(-1);
  Object.assign(shapes, decoderShapes(architecture, encoder as string, channels));
  if (attention !== undefined) {
    const { kernelSize } = attention as { kernelSize: 3 | 'adaptive' };
    const sizes = kernelSize === 3 ? [3, 3, 3, 3, 3] : [3, 5, 5, 5, 7];
    for (const [i, size] of sizes.entries()) {
      shapes[`encoder.iaff${i + 1}.conv.weight`] = [1, 1, size];
    }
  }
  return recipeStateDict(shapes);
}

/** The decoder's shapes, listed for resnext50_32x4d, with another encoder's channels. */
function decoderShapes(architecture: string, encoder: string, deepest: number) {
  const listed: Record<string, number[]> =
    golden('state-dict-shapes')[`smp-model/${architecture}/resnext50_32x4d (non-encoder keys)`];
  const macs = golden('params-macs').encoders;
  const from: number[] = macs.resnext50_32x4d.out_channels;
  const to: number[] = macs[encoder].out_channels;
  return Object.fromEntries(
    Object.entries(listed).map(([key, shape]) => {
      const block = /^decoder\.blocks\.(\d)\.conv1\.0\.weight$/.exec(key);
      if (block !== null) {
        // U-Net's first convolution of a block takes the block before (or the deepest map) and a skip.
        const i = Number(block[1]);
        const skip = (channels: number[]) => (i < 4 ? channels.at(-2 - i)! : 0);
        const before = (channels: number[]) => (i === 0 ? channels.at(-1)! : 0);
        const change = skip(to) + before(to) - skip(from) - before(from);
        return [key, [shape[0], shape[1]! + change, ...shape.slice(2)]];
      }
      return [key, shape.map((n, axis) => (axis === 1 && n === 2048 ? deepest : n))];
    }),
  ) as Record<string, number[]>;
}

/** A golden model with the recipe's weights. */
export function goldenModel(name: string, options: Partial<ModelOptions> = {}) {
  const model = createModel({ ...goldenOptions(name), ...options } as ModelOptions);
  loadTorchWeights(model, goldenStateDict(name));
  return model;
}
