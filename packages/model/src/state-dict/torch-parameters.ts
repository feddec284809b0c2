import type { LayerFacts, TorchParameter as LayerTorchParameter } from '@sts-net/layers-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';

/** A weight of a model and the PyTorch tensor it corresponds to. */
export interface TorchParameter extends Omit<LayerTorchParameter, 'name'> {
  /** Key in a state dict of segmentation_models.pytorch 0.5. */
  readonly key: string;
  readonly weight: LayerVariable;
}

/** The names of weights that differ from PyTorch's, where the layer says nothing else. */
const names: Readonly<Record<string, string>> = {
  kernel: 'weight',
  gamma: 'weight',
  beta: 'bias',
  movingMean: 'running_mean',
  movingVariance: 'running_var',
};

/** The weights of a model in its order, each with the key that PyTorch has for it. */
export function torchParameters(model: LayersModel): readonly TorchParameter[] {
  return model.layers.flatMap((layer) => {
    const facts = layer as LayerFacts;
    return layer.weights.map((weight): TorchParameter => {
      const own = weight.originalName.slice(layer.name.length + 1);
      const ownShape = weight.shape as number[];
      const { name, shape, layout } =
        facts.torchParameter?.(own, ownShape) ?? usualParameter(own, ownShape);
      return { key: `${layer.name}.${name}`, shape, layout, weight };
    });
  });
}

function usualParameter(name: string, shape: readonly number[]): LayerTorchParameter {
  const torchName = names[name] ?? name;
  if (name !== 'kernel' || shape.length !== 4) return { name: torchName, shape, layout: 'same' };
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  return { name: torchName, shape: [outputs, inputs, height, width], layout: 'OIHW' };
}
