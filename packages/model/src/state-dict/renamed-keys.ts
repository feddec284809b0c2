/** Keys start with `pattern`; they become `replacement`, or are left out where it is `null`. */
export type KeyRule = readonly [pattern: RegExp, replacement: string | null];

/** `from.…` becomes `to.…`. */
function renamed(from: string, to: string): KeyRule {
  return [new RegExp(`^${from.replaceAll('.', '\\.')}\\.`), `${to}.`];
}

/** `from.…` becomes `encoder.to.…`. */
function rule(from: string, to: string): KeyRule {
  return renamed(from, `encoder.${to}`);
}

/** From timm's names of MobileNetV2 to torchvision's. */
export function timmMobileNetV2(): readonly KeyRule[] {
  const rules = [
    rule('conv_stem', 'features.0.0'),
    rule('bn1', 'features.0.1'),
    rule('blocks.0.0.conv_dw', 'features.1.conv.0.0'),
    rule('blocks.0.0.bn1', 'features.1.conv.0.1'),
    rule('blocks.0.0.conv_pw', 'features.1.conv.1'),
    rule('blocks.0.0.bn2', 'features.1.conv.2'),
    rule('conv_head', 'features.18.0'),
    rule('bn2', 'features.18.1'),
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
        const to = `features.${index}.conv.${torchvision}`;
        rules.push(rule(`blocks.${stage + 1}.${block}.${timm}`, to));
      }
    }
  }
  return rules;
}

/** From timm's names of an EfficientNet to those of segmentation_models.pytorch. */
export function timmEfficientNet(keys: readonly string[]): readonly KeyRule[] {
  const squeeze = [
    ['se.conv_reduce', '_se_reduce'],
    ['se.conv_expand', '_se_expand'],
  ] as const;
  // Blocks of the first stage do not expand.
  const first = [
    ['conv_dw', '_depthwise_conv'],
    ['bn1', '_bn1'],
    ['conv_pw', '_project_conv'],
    ['bn2', '_bn2'],
    ...squeeze,
  ] as const;
  const later = [
    ['conv_pw', '_expand_conv'],
    ['bn1', '_bn0'],
    ['conv_dw', '_depthwise_conv'],
    ['bn2', '_bn1'],
    ['conv_pwl', '_project_conv'],
    ['bn3', '_bn2'],
    ...squeeze,
  ] as const;
  return [
    rule('conv_stem', '_conv_stem'),
    rule('bn1', '_bn0'),
    rule('conv_head', '_conv_head'),
    rule('bn2', '_bn1'),
    ...blocksOf(keys, /^blocks\.(\d+)\.(\d+)\./).flatMap(([stage, block], index) =>
      (stage === 0 ? first : later).map(([from, to]) =>
        rule(`blocks.${stage}.${block}.${from}`, `_blocks.${index}.${to}`),
      ),
    ),
  ];
}

/** From torchvision's names of an EfficientNet to those of segmentation_models.pytorch. */
export function torchvisionEfficientNet(keys: readonly string[]): readonly KeyRule[] {
  const expand = [
    ['0.0', '_expand_conv'],
    ['0.1', '_bn0'],
  ] as const;
  const rest = (from: number) =>
    [
      [`${from}.0`, '_depthwise_conv'],
      [`${from}.1`, '_bn1'],
      [`${from + 1}.fc1`, '_se_reduce'],
      [`${from + 1}.fc2`, '_se_expand'],
      [`${from + 2}.0`, '_project_conv'],
      [`${from + 2}.1`, '_bn2'],
    ] as const;
  const blocks = blocksOf(keys, /^features\.(\d+)\.(\d+)\.block\./);
  const top = Math.max(...blocks.map(([stage]) => stage)) + 1;
  return [
    rule('features.0.0', '_conv_stem'),
    rule('features.0.1', '_bn0'),
    rule(`features.${top}.0`, '_conv_head'),
    rule(`features.${top}.1`, '_bn1'),
    ...blocks.flatMap(([stage, block], index) =>
      // Blocks of the first stage do not expand.
      (stage === 1 ? rest(0) : [...expand, ...rest(1)]).map(([from, to]) =>
        rule(`features.${stage}.${block}.block.${from}`, `_blocks.${index}.${to}`),
      ),
    ),
  ];
}

/** Stage and number of each block that the keys mention, in order. */
function blocksOf(keys: readonly string[], pattern: RegExp): readonly [number, number][] {
  const blocks = new Map<string, [number, number]>();
  for (const key of keys) {
    const match = pattern.exec(key);
    if (match !== null) blocks.set(match[0], [Number(match[1]), Number(match[2])]);
  }
  return [...blocks.values()].sort(([a, b], [c, d]) => a - c || b - d);
}

/** From the names that Pytorch-UNet (without bilinear upsampling) gives a U-Net to those of `plain-unet`. */
export function renamedPlainUNet(): readonly KeyRule[] {
  const parts = [
    ['0', 'conv1'],
    ['1', 'bn1'],
    ['3', 'conv2'],
    ['4', 'bn2'],
  ] as const;
  const block = (from: string, to: string) =>
    parts.map(([index, part]) => renamed(`${from}.double_conv.${index}`, `${to}.${part}`));
  return [
    ...block('inc', 'encoder.blocks.0'),
    ...[1, 2, 3, 4].flatMap((i) => [
      ...block(`down${i}.maxpool_conv.1`, `encoder.blocks.${i}`),
      ...block(`up${i}.conv`, `decoder.blocks.${i - 1}`),
      renamed(`up${i}.up`, `decoder.blocks.${i - 1}.up`),
    ]),
    renamed('outc.conv', 'segmentation_head.0'),
  ];
}
