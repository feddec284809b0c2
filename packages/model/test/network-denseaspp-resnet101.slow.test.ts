import { createNetwork } from '@sts-net/networks';
import { describeBackends } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { modelStatistics, withoutInitialValues } from '../src/index.ts';
import { expectSaved, shapesOf } from './network-golden.ts';

describeBackends('DenseASPP on a ResNet101', () => {
  test('derived by hand: its parameters, and its operations for an image of 480²', () => {
    const model = withoutInitialValues(() =>
      createNetwork('denseaspp-resnet101', { inputShape: [null, null, 3] }),
    );
    const counts = modelStatistics(model, { size: [480, 480] });
    const inputs = [0, 1, 2, 3, 4].map((block) => 2048 + 64 * block);
    const sum = (of: (channels: number, block: number) => number) =>
      inputs.reduce((total, channels, block) => total + of(channels, block), 0);
    const encoder = 42_500_160;
    const narrowing = sum((channels) => channels * 256 + 256);
    const dilated = sum(() => 9 * 256 * 64 + 64);
    // The first block has one normalisation, the others two.
    const norms = sum((channels, block) => 2 * 256 + (block > 0 ? 2 * channels : 0));
    const head = (2048 + 5 * 64 + 1) * 2;
    expect(counts.parameters).toBe(encoder + narrowing + dilated + norms + head);
    expect(counts.parameters).toBe(46_049_282);
    // 196.71 GFLOPs, as counted in closed form for this candidate.
    expect(Math.round(counts.paperFlops / 1e7) / 100).toBe(196.71);
    expect(Object.keys(shapesOf(model))).toContain('encoder.layer3.22.conv2.weight');
    model.dispose();
  });

  test('saved and loaded, it gives the same for an image of any size', async () => {
    const model = createNetwork('denseaspp-resnet101', { inputShape: [null, null, 3] });
    await expectSaved(model);
    model.dispose();
  });
}, ['wasm']);
