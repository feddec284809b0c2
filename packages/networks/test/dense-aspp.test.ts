import { BatchNormalization } from '@sts-net/layers-core';
import { describeBackends } from '@sts-net/testing';
import { expect, it } from 'vitest';
import { createNetwork } from '../src/index.ts';

/** The momenta of the blocks' normalisations, and those of all others. */
function momenta(settings: object) {
  const model = createNetwork('denseaspp121', { classes: 2, inputShape: [64, 64, 3], ...settings });
  const normalizations = model.layers.filter((layer) => layer instanceof BatchNormalization);
  const of = (isBlock: boolean) =>
    new Set(
      normalizations
        .filter(({ name }) => name.startsWith('ASPP_') === isBlock)
        .map(({ momentum }) => momentum),
    );
  const found = [[...of(true)], [...of(false)]];
  model.dispose();
  return found;
}

describeBackends('denseaspp', () => {
  it('lets the running statistics of its blocks follow as published, or as it is told', () => {
    expect(momenta({})).toEqual([[0.0003], [0.1]]);
    expect(momenta({ momentum: 0.05 })).toEqual([[0.05], [0.1]]);
  });
});
