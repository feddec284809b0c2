import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';

/** A weight of a model and the PyTorch tensor it corresponds to. */
export interface TorchParameter {
  /** Key in a state dict of segmentation_models.pytorch 0.5. */
  readonly key: string;
  /** Shape in PyTorch; leading axes of size 1 are free where the weight has one axis. */
  readonly shape: readonly number[];
  /** `OIHW` kernels are stored as `HWIO`; everything else as it is. */
  readonly layout: 'OIHW' | 'same';
  readonly weight: LayerVariable;
}

/** The last part of a key for the weight names that differ from PyTorch's. */
const lastParts: Readonly<Record<string, string>> = {
  kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  movingMean: 'running_mean',
  movingVariance: 'running_var',
};

/** The weights of a model in its order, each with the key that PyTorch has for it. */
export function torchParameters(model: LayersModel): readonly TorchParameter[] {
  return model.layers.flatMap((layer) =>
    layer.weights.map((weight) => {
      const name = weight.originalName.slice(layer.name.length + 1);
      const key = `${layer.name}.${lastParts[name] ?? name}`;
      const shape = weight.shape as number[];
      if (shape.length !== 4) return { key, shape, layout: 'same' as const, weight };
      const [height, width, inputs, outputs] = shape as [number, number, number, number];
      return { key, shape: [outputs, inputs, height, width], layout: 'OIHW' as const, weight };
    }),
  );
}
