import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { type EncoderName, encoders } from '@sts-net/backbones';
import { writeFileAtomic } from '@sts-net/datasets/files';
import { type DecoderName, decoders } from '@sts-net/decoders';
import {
  type AttentionName,
  attentionNames,
  createModel,
  type LayerStatistics,
  layerStatistics,
  type ModelSettings,
  type ModelStatistics,
  modelStatistics,
  withoutInitialValues,
} from '@sts-net/model';
import { type NetworkName, networks } from '@sts-net/networks';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { formatTable } from '../tables/format-table.ts';
import { count, imageSize, oneOf } from './arguments.ts';
import { UsageError } from './usage-error.ts';

const encoderNames = Object.keys(encoders) as EncoderName[];
const decoderNames = Object.keys(decoders) as DecoderName[];
const networkNames = Object.keys(networks) as NetworkName[];
const strides = oneOf('stride', ['8', '16', '32']);

export function summaryCommand(): CommandUnknownOpts {
  return new Command('summary')
    .option('--encoder <name>', `of ${encoderNames.join(', ')}`, oneOf('encoder', encoderNames))
    .option('--decoder <name>', `of ${decoderNames.join(', ')}`, oneOf('decoder', decoderNames))
    .option(
      '--attention <name>',
      `of ${attentionNames.join(', ')}; else none`,
      oneOf('attention', attentionNames),
    )
    .option(
      '--network <name>',
      `whole, in place of a pair: of ${networkNames.join(', ')}`,
      oneOf('network', networkNames),
    )
    .option('--size <size>', 'of the image, pixels: 480 or 480x320', imageSize('size'), [480, 480])
    .option('--classes <count>', 'with the background', count('classes'), 2)
    .option('--channels <count>', 'of the image', count('channels'), 3)
    .option(
      '--stride <pixels>',
      'of the deepest map: 8, 16 or 32; else the decoder’s',
      (text) => Number(strides(text)) as 8 | 16 | 32,
    )
    .option('--json <file>', 'file for all numbers as JSON')
    .action(async ({ json, channels, ...options }) => {
      const size = options.size as [number, number];
      const config = settingsOf(options);
      await prepareEngine('cpu');
      const model = withoutInitialValues(() =>
        createModel({ ...config, inputShape: [null, null, channels] }),
      );
      const layers = layerStatistics(model, { size });
      const { parameters, buffers, multiplyAdds, uncounted } = modelStatistics(model, { size });
      model.dispose();
      const summary = { ...config, size, parameters, buffers, multiplyAdds, uncounted, layers };
      const activations = layers.reduce((sum, layer) => sum + activationsOf(layer), 0);
      const numbers = { ...summary, activationBytes: bytesOfFloat * activations };
      if (json !== undefined) await writeFileAtomic(json, `${JSON.stringify(numbers, null, 2)}\n`);
      process.stdout.write(`${summaryText(numbers)}\n`);
    });
}

interface Choices {
  readonly encoder?: EncoderName | undefined;
  readonly decoder?: DecoderName | undefined;
  readonly attention?: AttentionName | undefined;
  readonly network?: NetworkName | undefined;
  readonly stride?: 8 | 16 | 32 | undefined;
  readonly classes: number;
}

/** @throws UsageError unless a pair is named or a whole network, and not both */
function settingsOf(choices: Choices): ModelSettings {
  const { network, encoder, decoder, attention, stride: outputStride, classes } = choices;
  if (network === undefined) {
    if (encoder === undefined || decoder === undefined) {
      throw new UsageError(
        'give `--encoder` and `--decoder`, or `--network`; `sts-net models` lists them',
      );
    }
    const pair = { encoder, decoder, attention: attention ?? 'none', classes };
    return { ...pair, ...(outputStride && { outputStride }) };
  }
  const ofPairs = { encoder, decoder, attention, stride: outputStride };
  const [strange] = Object.entries(ofPairs).filter(([, value]) => value !== undefined);
  if (strange === undefined) return { network, classes };
  throw new UsageError(
    `\`--network ${network}\` is no pair of an encoder and a decoder; leave \`--${strange[0]}\` out`,
  );
}

const bytesOfFloat = 4;

function activationsOf({ outputShape }: LayerStatistics): number {
  return outputShape.reduce((a, b) => a * b, 1);
}

interface Summary
  extends Pick<ModelStatistics, 'parameters' | 'buffers' | 'multiplyAdds' | 'uncounted'> {
  readonly size: readonly [number, number];
  readonly layers: readonly LayerStatistics[];
  /** Of one image, all layers' outputs as float32. */
  readonly activationBytes: number;
}

function summaryText(summary: Summary): string {
  const { layers, size, parameters, buffers, multiplyAdds, activationBytes, uncounted } = summary;
  const table = formatTable([
    ['layer', 'type', 'output', 'parameters', 'multiply-adds', 'activations (MiB)'],
    ...layers.map((layer) => [
      layer.name,
      layer.type.replace(/^Sts/, ''),
      layer.outputShape.join(' × '),
      grouped(layer.parameters),
      layer.counted ? grouped(layer.multiplyAdds) : 'not counted',
      mebibytes(bytesOfFloat * activationsOf(layer)),
    ]),
  ]);
  const lines = [
    `${grouped(parameters)} parameters, ${grouped(buffers)} running means and variances`,
    `${grouped(multiplyAdds)} multiply-adds for an image of ${size.join(' × ')}${uncounted.length > 0 ? `, those of ${uncounted.length} layers not counted` : ''}`,
    `${mebibytes(activationBytes)} MiB of activations for it: every layer’s output as float32, which training keeps; prediction needs a part at a time`,
  ];
  return `${table}\n\n${lines.join('\n')}`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toLocaleString('en-US', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
