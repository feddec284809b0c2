import { golden } from '@sts-net/testing';
import { describeGoldenLogits, type LogitsReference } from './golden-logits.ts';

// DeepLabV3 and U-Net with every encoder, and STS-Net; the other decoders are in a file of their own.
const references: [string, LogitsReference][] = Object.entries(golden('models-eval').models);

describeGoldenLogits(
  Object.fromEntries(references.filter(([name]) => /^(DeepLabV3\/|Unet\/|STSNet)/.test(name))),
);
