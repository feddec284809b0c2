import { golden } from '@sts-net/testing';
import { describeGoldenLogits, type LogitsReference } from './golden-logits.ts';

const references: [string, LogitsReference][] = Object.entries(golden('models-eval').models);

describeGoldenLogits(
  Object.fromEntries(
    references.filter(([name]) => /^(DeepLabV3Plus|UnetPlusPlus|PAN)\//.test(name)),
  ),
);
