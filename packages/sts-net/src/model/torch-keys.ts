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

/** Keys start with `pattern`; they become `replacement`, or are left out where it is `null`. */
type Rule = readonly [pattern: RegExp, replacement: string | null];

/** A family of state dicts, known by a key that only it has. */
interface Layout {
  readonly has: RegExp;
  readonly rules: readonly Rule[];
}

/** The rule that holds for every state dict: a counter that nothing needs. */
const counter: Rule = [/^.*\.num_batches_tracked$/, null];

/** In this order; the first layout with a key that matches is taken. */
const layouts: readonly Layout[] = [
  {
    // torchvision's segmentation models
    has: /^backbone\./,
    rules: [
      [/^backbone\./, 'encoder.'],
      [/^classifier\.0\./, 'decoder.aspp.'],
      [/^classifier\.1\./, 'decoder.conv.'],
      [/^classifier\.2\./, 'decoder.bn.'],
      [/^classifier\.4\./, 'segmentation_head.0.'],
      [/^aux_classifier\./, null],
    ],
  },
  {
    // segmentation_models.pytorch, before 0.4 with numbered parts of DeepLabV3's decoder
    has: /^(encoder|decoder|segmentation_head)\./,
    rules: [
      [/^decoder\.0\./, 'decoder.aspp.'],
      [/^decoder\.1\./, 'decoder.conv.'],
      [/^decoder\.2\./, 'decoder.bn.'],
      [/^classification_head\./, null],
    ],
  },
  {
    // timm's MobileNetV2
    has: /^conv_stem\./,
    rules: [[/^classifier\./, null], ...timmMobileNetV2()],
  },
  {
    // bare encoders of torchvision, segmentation_models.pytorch and timm, with a classification head
    has: /^/,
    rules: [
      [/^(fc|classifier)\./, null],
      [/^/, 'encoder.'],
    ],
  },
];

/** Each key of a state dict with the key of this package's models, or `null` where it is not needed. */
export function canonicalKeys(keys: readonly string[]): ReadonlyMap<string, string | null> {
  const layout = layouts.find(({ has }) => keys.some((key) => has.test(key)));
  const rules = [counter, ...(layout?.rules ?? [])];
  return new Map(
    keys.map((key) => {
      const [pattern, replacement] = rules.find(([pattern]) => pattern.test(key)) ?? [/^/, ''];
      return [key, replacement === null ? null : key.replace(pattern, replacement)];
    }),
  );
}

function timmMobileNetV2(): readonly Rule[] {
  const rule = (timm: string, torchvision: string): Rule => [
    new RegExp(`^${timm.replaceAll('.', '\\.')}\\.`),
    `encoder.features.${torchvision}.`,
  ];
  const rules = [
    rule('conv_stem', '0.0'),
    rule('bn1', '0.1'),
    rule('blocks.0.0.conv_dw', '1.conv.0.0'),
    rule('blocks.0.0.bn1', '1.conv.0.1'),
    rule('blocks.0.0.conv_pw', '1.conv.1'),
    rule('blocks.0.0.bn2', '1.conv.2'),
    rule('conv_head', '18.0'),
    rule('bn2', '18.1'),
  ];
  const parts = [
    ['conv_pw', '0.0'],
    ['bn1', '0.1'],
    ['conv_dw', '1.0'],
    ['bn2', '1.1'],
    ['conv_pwl', '2'],
    ['bn3', '3'],
  ] as const;
  let index = 2;
  for (const [stage, count] of [2, 3, 4, 3, 3, 1].entries()) {
    for (let block = 0; block < count; block++, index++) {
      for (const [timm, torchvision] of parts) {
        rules.push(rule(`blocks.${stage + 1}.${block}.${timm}`, `${index}.conv.${torchvision}`));
      }
    }
  }
  return rules;
}
