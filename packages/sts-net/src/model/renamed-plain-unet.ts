import { type KeyRule, renamed } from './key-rule.ts';

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
