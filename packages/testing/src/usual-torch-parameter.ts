/** The names of weights that differ from PyTorch's. */
const names: Readonly<Record<string, string>> = {
  kernel: 'weight',
  gamma: 'weight',
  beta: 'bias',
  movingMean: 'running_mean',
  movingVariance: 'running_var',
};

/** The PyTorch parameter of a weight where its layer says nothing else, see `LayerFacts`. */
export function usualTorchParameter(
  name: string,
  shape: readonly number[],
): { readonly name: string; readonly shape: readonly number[]; readonly layout: 'OIHW' | 'same' } {
  const torchName = names[name] ?? name;
  if (name !== 'kernel' || shape.length !== 4) return { name: torchName, shape, layout: 'same' };
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  return { name: torchName, shape: [outputs, inputs, height, width], layout: 'OIHW' };
}
