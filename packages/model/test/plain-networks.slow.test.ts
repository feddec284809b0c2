import { readFileSync } from 'node:fs';
import { describeBackends } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { modelStatistics, type PairOptions } from '../src/index.ts';
import { describeGoldenLogits, type LogitsReference } from './golden-logits.ts';
import { blankModel } from './golden-models.ts';

// References of tools/fixtures/model/plain_networks.py: PyTorch in float64, and what the paper counts.
const { models } = JSON.parse(
  readFileSync(new URL('./fixtures/plain-networks.json', import.meta.url), 'utf8'),
) as {
  models: Record<
    'plain-unet' | 'plain-unetplusplus' | 'r2unet',
    {
      published: { classes: number; parameters: number; flops: number };
      logits: LogitsReference;
    }
  >;
};
const names = Object.keys(models) as (keyof typeof models)[];

describeGoldenLogits(
  Object.fromEntries(names.map((name) => [`${name}/${name}@64`, models[name].logits])),
);

describeBackends('plain networks', () => {
  const statistics = (options: Pick<PairOptions, 'encoder' | 'decoder' | 'classes'>) => {
    const model = blankModel({ ...options, inputShape: [null, null, 3] });
    const result = modelStatistics(model);
    model.dispose();
    return result;
  };

  test.each(names)('published: parameters and FLOPs of %s in the paper’s tables', (name) => {
    const { classes, parameters, flops } = models[name].published;
    const network = { encoder: name, decoder: name };
    expect(statistics({ ...network, classes }).parameters).toBe(parameters);
    const { paperFlops, uncounted } = statistics({ ...network, classes: 2 });
    expect(Math.floor(paperFlops / 1e7) / 100).toBe(flops);
    expect(uncounted).toEqual([]);
  });
}, ['wasm']);
