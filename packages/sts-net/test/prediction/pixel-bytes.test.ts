import { createModel, pixelBytes } from '@sts-net/model';
import '@tensorflow/tfjs-backend-cpu';
import { expect, it } from 'vitest';
import { tinyModel } from '../tiny-model.ts';

it('reckons with the largest output of a layer', () => {
  const model = tinyModel();
  // Six filters at full size, four bytes each, eight at once.
  expect(pixelBytes(model)).toBe(8 * 4 * 6);
  model.dispose();
});

it('reckons with no less than was measured', () => {
  // KiB a pixel, of 1024 × 1024 on the ort engine: bench/memory.mjs.
  const measured = [
    ['mobilenet_v2', 'unet', 0.37],
    ['resnext50_32x4d', 'deeplabv3', 0.57],
    ['efficientnet-b0', 'pan', 0.31],
    ['dpn68', 'deeplabv3plus', 0.59],
  ] as const;
  for (const [encoder, decoder, kibibytes] of measured) {
    const model = createModel({ encoder, decoder, classes: 2, inputShape: [null, null, 3] });
    const ratio = pixelBytes(model) / (kibibytes * 1024);
    expect(ratio, encoder).toBeGreaterThan(1);
    expect(ratio, encoder).toBeLessThan(3);
    model.dispose();
  }
});
