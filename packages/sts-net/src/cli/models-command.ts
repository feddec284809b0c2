import { checkWritable, writeFileAtomic } from '@sts-net/datasets/files';
import type { CommandDef } from 'citty';
import { formatTable } from '../evaluation/format-table.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { command } from './command.ts';
import { attentions, decoderNames, encoderNames, imageSize } from './model-arguments.ts';
import { type ModelCatalog, modelCatalog } from './model-catalog.ts';
import { countOf } from './number-of.ts';
import { oneOf } from './one-of.ts';
import { progressLine } from './progress-line.ts';

export const modelsCommand: CommandDef = command({
  meta: { name: 'models', description: 'all encoders, decoders and attentions, with their costs' },
  args: {
    encoder: { type: 'string', description: 'only this one' },
    decoder: { type: 'string', description: 'only this one' },
    size: { type: 'string', default: '480', description: 'of the image, pixels: 480 or 480x320' },
    classes: { type: 'string', default: '2', description: 'with the background' },
    json: { type: 'string', description: 'file for all numbers as JSON' },
  },
  async run({ args: { encoder, decoder, size, classes, json } }) {
    const options = {
      size: imageSize(size),
      classes: countOf('classes', classes),
      encoders: encoder === undefined ? encoderNames : [oneOf('encoder', encoder, encoderNames)],
      decoders: decoder === undefined ? decoderNames : [oneOf('decoder', decoder, decoderNames)],
    };
    if (json !== undefined) await checkWritable(json);
    await prepareEngine('cpu');
    const line = progressLine();
    const catalog = modelCatalog({ ...options, onPair: (text) => line.show(text) });
    line.clear();
    if (json !== undefined) await writeFileAtomic(json, `${JSON.stringify(catalog, null, 2)}\n`);
    process.stdout.write(`${catalogText(catalog)}\n`);
  },
});

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
  const layers = attentions.filter((name) => name !== 'none');
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
