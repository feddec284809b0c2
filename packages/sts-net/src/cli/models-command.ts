import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { type EncoderName, encoders } from '@sts-net/backbones';
import { checkWritable, writeFileAtomic } from '@sts-net/datasets/files';
import { type DecoderName, decoders } from '@sts-net/decoders';
import { attentionNames } from '@sts-net/model';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { formatTable } from '../tables/format-table.ts';
import { count, imageSize, oneOf } from './arguments.ts';
import { progressLine } from './interruption.ts';
import { type ModelCatalog, modelCatalog } from './model-catalog.ts';

const encoderNames = Object.keys(encoders) as EncoderName[];
const decoderNames = Object.keys(decoders) as DecoderName[];

export function modelsCommand(): CommandUnknownOpts {
  return new Command('models')
    .option('--encoder <name>', 'only this one', oneOf('encoder', encoderNames))
    .option('--decoder <name>', 'only this one', oneOf('decoder', decoderNames))
    .option('--size <size>', 'of the image, pixels: 480 or 480x320', imageSize('size'), [480, 480])
    .option('--classes <count>', 'with the background', count('classes'), 2)
    .option('--json <file>', 'file for all numbers as JSON')
    .action(async ({ encoder, decoder, size, classes, json }) => {
      if (json !== undefined) await checkWritable(json);
      await prepareEngine('cpu');
      const line = progressLine();
      const catalog = modelCatalog({
        size: size as [number, number],
        classes,
        encoders: encoder === undefined ? encoderNames : [encoder],
        decoders: decoder === undefined ? decoderNames : [decoder],
        onPair: (text) => line.show(text),
      });
      line.clear();
      if (json !== undefined) {
        await writeFileAtomic(json, `${JSON.stringify(catalog, null, 2)}\n`);
      }
      process.stdout.write(`${catalogText(catalog)}\n`);
    });
}

function catalogText({ size, classes, pairs, attention }: ModelCatalog): string {
  const encoders = [...new Set(pairs.map(({ encoder }) => encoder))];
  const decoders = [...new Set(pairs.map(({ decoder }) => decoder))];
  const table = <Column extends string>(
    columns: readonly Column[],
    cell: (encoder: string, column: Column) => string,
  ) =>
    formatTable([
      ['encoder', ...columns],
      ...encoders.map((encoder) => [encoder, ...columns.map((column) => cell(encoder, column))]),
    ]);
  const pair = (encoder: string, decoder: string) =>
    pairs.find((one) => one.encoder === encoder && one.decoder === decoder)!;
  const added = (encoder: string, name: string) =>
    attention.find((one) => one.encoder === encoder && one.attention === name)!;
  const layers = attentionNames.filter((name) => name !== 'none');
  const image = `an image of ${size.join(' × ')} × 3, ${classes} classes`;
  return [
    'Parameters, millions: any encoder with any decoder',
    table(decoders, (encoder, decoder) => millions(pair(encoder, decoder).parameters, 2)),
    `\nMultiply-adds, thousand millions, for ${image}`,
    table(decoders, (encoder, decoder) => millions(pair(encoder, decoder).multiplyAdds / 1000, 2)),
    '\nAny attention, after each of the encoder’s five maps: parameters and multiply-adds (millions) that it adds',
    table(layers, (encoder, name) => {
      const { parameters, multiplyAdds } = added(encoder, name);
      return `${parameters.toLocaleString('en-US')} (${millions(multiplyAdds, 2)})`;
    }),
  ].join('\n');
}

function millions(value: number, digits: number): string {
  return (value / 1e6).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
