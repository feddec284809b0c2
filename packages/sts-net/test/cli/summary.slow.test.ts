import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { golden, temporaryFolder } from '@sts-net/testing';
import { describe, expect, it, test } from 'vitest';
import { cli } from './run.ts';

const { pairs } = golden('params-macs');

describe('summary', () => {
  it('golden: STS-Net’s parameters and multiply-adds, layer by layer and together', async () => {
    const json = join(temporaryFolder(), 'summary.json');
    const { code, stdout, stderr } = await cli(
      ...['summary', '--encoder', 'resnext50_32x4d', '--decoder', 'deeplabv3'],
      ...['--attention', 'esca', '--json', json],
    );
    expect([code, stderr]).toEqual([0, '']);
    const numbers = JSON.parse(readFileSync(json, 'utf8'));
    expect(numbers).toMatchObject({ parameters: 39_105_883, size: [480, 480], uncounted: [] });
    const sum = (of: string) =>
      numbers.layers.reduce(
        (total: number, layer: Record<string, number>) => total + layer[of]!,
        0,
      );
    expect(sum('parameters')).toBe(numbers.parameters);
    expect(sum('buffers')).toBe(numbers.buffers);
    expect(sum('multiplyAdds')).toBe(numbers.multiplyAdds);
    const stem = numbers.layers.find(({ name }: { name: string }) => name === 'encoder.conv1');
    // By hand: 64 kernels of 7 × 7 × 3 at 240 × 240 places.
    expect(stem).toMatchObject({
      type: 'StsConv2D',
      outputShape: [240, 240, 64],
      parameters: 9408,
      multiplyAdds: 9408 * 240 * 240,
    });
    expect(stdout).toMatch(/^encoder\.conv1 +Conv2D +240 × 240 × 64 +9,408 +541,900,800 +14\.06$/m);
    expect(stdout).toContain('39,105,883 parameters, 71,808 running means and variances\n');
    const values = numbers.layers.map(({ outputShape }: { outputShape: number[] }) =>
      outputShape.reduce((a, b) => a * b, 1),
    );
    expect(numbers.activationBytes).toBe(4 * values.reduce((a: number, b: number) => a + b, 0));
  });

  it('takes a size, classes, channels and an output stride', async () => {
    const { code, stdout } = await cli(
      ...['summary', '--encoder', 'resnet18', '--decoder', 'unet', '--size', '70x96'],
      ...['--classes', '5', '--channels', '1', '--stride', '16'],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^pad +PadToMultiple +80 × 96 × 1 /m);
    expect(stdout).toMatch(/^encoder\.layer4\.1\.relu\S* +ReLU +5 × 6 × 512 /m);
    expect(stdout).toMatch(/^crop +CropToMatch +70 × 96 × 5 /m);
    expect(stdout).toContain('for an image of 70 × 96\n');
  });

  it('golden: the parameters and multiply-adds that the paper prints for a whole network', async () => {
    const json = join(temporaryFolder(), 'summary.json');
    const { code, stdout } = await cli('summary', '--network', 'm2snet', '--json', json);
    expect(code).toBe(0);
    const numbers = JSON.parse(readFileSync(json, 'utf8'));
    expect(numbers).toMatchObject({ network: 'm2snet', parameters: 29_742_162, uncounted: [] });
    expect(stdout).toContain('29,742,162 parameters');
  });

  test.each([
    [
      ['--encoder', 'resnet5', '--decoder', 'unet'],
      /^sts-net: --encoder must be of .*resnet50, .*, got 'resnet5'; did you mean 'resnet50'\?\n$/,
    ],
    [
      ['--encoder', 'resnext50', '--decoder', 'unet'],
      /got 'resnext50'; did you mean 'resnext50_32x4d'\?/,
    ],
    [
      ['--encoder', 'resnet50', '--decoder', 'deeplab'],
      /--decoder must be of deeplabv3, .*did you mean 'deeplabv3'\?/,
    ],
    [
      ['--encoder', 'resnet50', '--decoder', 'unet', '--attention', 'eca'],
      /--attention must be of none, esca, .*, got 'eca'; did you mean 'esca'\?/,
    ],
    [
      ['--encoder', 'resnet50', '--decoder', 'unet', '--size', '0'],
      /--size must be pixels, as 480 or 480x320 \(height x width\), got '0'/,
    ],
    [
      ['--encoder', 'resnet50', '--decoder', 'unet', '--classes', 'two'],
      /--classes must be a whole number from 1 on, got 'two'/,
    ],
    [
      ['--encoder', 'resnet50', '--decoder', 'unet', '--stride', '4'],
      /--stride must be of 8, 16, 32, got '4'/,
    ],
    [['--encoder', 'resnet50'], /give `--encoder` and `--decoder`, or `--network`/],
    [[], /give `--encoder` and `--decoder`, or `--network`; `sts-net models` lists them/],
    [
      ['--network', 'm2snet', '--attention', 'esca'],
      /`--network m2snet` is no pair of an encoder and a decoder; leave `--attention` out/,
    ],
    [['--network', 'm2snet', '--stride', '8'], /leave `--stride` out/],
    [['--network', 'm2sne'], /--network must be of m2snet, .*did you mean 'm2snet'\?/],
  ])('refuses %j and lists what there is', async (args, message) => {
    const { code, stdout, stderr } = await cli('summary', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

describe('models', () => {
  test.each(['mobilenet_v2', 'efficientnet-b0', 'dpn68', 'resnet50', 'resnext50_32x4d'])(
    'golden: parameters and multiply-adds of %s with each of the paper’s decoders',
    async (encoder) => {
      const json = join(temporaryFolder(), 'models.json');
      const { code, stdout, stderr } = await cli('models', '--encoder', encoder, '--json', json);
      expect([code, stderr]).toEqual([0, '']);
      const catalog = JSON.parse(readFileSync(json, 'utf8'));
      const expected = ['DeepLabV3', 'DeepLabV3Plus', 'Unet', 'UnetPlusPlus', 'PAN'].map((name) => {
        const { params, conv_macs_480 } = pairs[`${name}/${encoder}`];
        const decoder = name.toLowerCase();
        return { encoder, decoder, parameters: params, multiplyAdds: conv_macs_480 };
      });
      expect(catalog.pairs).toEqual(expect.arrayContaining(expected));
      const millions = (expected[0]!.parameters / 1e6).toFixed(2);
      expect(stdout).toMatch(new RegExp(`^${encoder} +${millions} `, 'm'));
      // ESCA's adaptive kernels, by hand: 3 to 7 weights each.
      const esca = catalog.attention.find(
        ({ attention }: { attention: string }) => attention === 'esca',
      );
      expect(esca.parameters).toBeGreaterThanOrEqual(15);
      expect(esca.parameters).toBeLessThanOrEqual(25);
    },
  );

  it('leaves out what is no pair, and attention where there is no map', async () => {
    const json = join(temporaryFolder(), 'models.json');
    const { code, stdout, stderr } = await cli('models', '--encoder', 'mit_b0', '--json', json);
    expect([code, stderr]).toEqual([0, '']);
    const { pairs: all, attention } = JSON.parse(readFileSync(json, 'utf8'));
    const names = all.map(({ decoder }: { decoder: string }) => decoder);
    expect(names).toContain('segformer');
    expect(names).not.toContain('linknet');
    expect(stdout).not.toMatch(/ unetplusplus /);
    // SE of ratio 16 on 32, 64, 160 and 256 channels: twice channels × channels / 16.
    const se = attention.find((one: { attention: string }) => one.attention === 'se');
    expect(se.parameters).toBe([32, 64, 160, 256].reduce((sum, c) => sum + (2 * c * c) / 16, 0));
  });

  it('takes one decoder, another size and classes', async () => {
    const { code, stdout } = await cli(
      ...['models', '--encoder', 'resnet18', '--decoder', 'unet', '--size', '96', '--classes', '3'],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('for an image of 96 × 96 × 3, 3 classes');
    expect(stdout).toMatch(/^encoder +unet$/m);
  });

  it('takes one whole network, or those beside all pairs of one encoder and one', async () => {
    const json = join(temporaryFolder(), 'models.json');
    const network = ['--network', 'denseaspp121', '--json', json];
    const { code, stdout } = await cli('models', ...network);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^denseaspp121 +8\.27 +\d+\.\d\d$/m);
    expect(stdout).not.toContain('encoder');
    const catalog = JSON.parse(readFileSync(json, 'utf8'));
    const [one] = catalog.networks;
    expect(catalog).toMatchObject({ pairs: [], attention: [] });
    expect(one).toMatchObject({ network: 'denseaspp121', parameters: 8_266_690 });
    await cli('models', '--encoder', 'resnet18', '--decoder', 'unet', ...network);
    const both = JSON.parse(readFileSync(json, 'utf8'));
    expect(both.networks).toEqual([one]);
    expect(both.pairs).toHaveLength(1);
  });

  it('refuses an unknown encoder', async () => {
    const { code, stderr } = await cli('models', '--encoder', 'vgg');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sts-net: --encoder must be of mobilenet_v2, .*, got 'vgg'/);
  });
});
