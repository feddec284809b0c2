import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { type EncoderName, encoders } from '@sts-net/backbones';
import { checkWritable, writeFileAtomic } from '@sts-net/datasets/files';
import { type DecoderName, decoders } from '@sts-net/decoders';
import { attentionNames } from '@sts-net/model';
import { type NetworkName, networks } from '@sts-net/networks';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { formatTable } from '../tables/format-table.ts';
import { count, imageSize, oneOf } from './arguments.ts';
import { type ModelCatalog, type ModelCatalogOptions, modelCatalog } from './model-catalog.ts';
import { progressLine } from './progress-line.ts';

const encoderNames = Object.keys(encoders) as EncoderName[];
const decoderNames = Object.keys(decoders) as DecoderName[];
const networkNames = Object.keys(networks) as NetworkName[];

export function modelsCommand(): CommandUnknownOpts {
  return new Command('models')
    .option('--encoder <name>', 'only its pairs', oneOf('encoder', encoderNames))
    .option('--decoder <name>', 'only its pairs', oneOf('decoder', decoderNames))
    .option('--network <name>', 'only this one, which is whole', oneOf('network', networkNames))
    .option('--size <size>', 'of the image, pixels: 480 or 480x320', imageSize('size'), [480, 480])
    .option('--classes <count>', 'with the background', count('classes'), 2)
    .option('--json <file>', 'file for all numbers as JSON')
    .action(async ({ encoder, decoder, network, size, classes, json }) => {
      if (json !== undefined) await checkWritable(json);
      await prepareEngine('cpu');
      const line = progressLine();
      const catalog = modelCatalog({
        size: size as [number, number],
        classes,
        ...chosen(encoder, decoder, network),
        onNetwork: (text) => line.show(text),
      });
      line.clear();
      if (json !== undefined) {
        await writeFileAtomic(json, `${JSON.stringify(catalog, null, 2)}\n`);
      }
      process.stdout.write(`${catalogText(catalog)}\n`);
    });
}

/** What is named; pairs alone where a part of a pair is, the whole network alone where one is. */
function chosen(
  encoder: EncoderName | undefined,
  decoder: DecoderName | undefined,
  network: NetworkName | undefined,
): Pick<ModelCatalogOptions, 'encoders' | 'decoders' | 'networks'> {
  const isPair = encoder !== undefined || decoder !== undefined;
  const isWhole = network !== undefined;
  return {
    encoders: encoder !== undefined ? [encoder] : isWhole && !isPair ? [] : encoderNames,
    decoders: decoder !== undefined ? [decoder] : isWhole && !isPair ? [] : decoderNames,
    networks: isWhole ? [network] : isPair ? [] : networkNames,
  };
}

function catalogText({ size, classes, pairs, attention, networks }: ModelCatalog): string {
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
  // Some encoders have not all maps that some decoders need.
  const pair = (encoder: string, decoder: string, cost: 'parameters' | 'multiplyAdds') => {
    const found = pairs.find((one) => one.encoder === encoder && one.decoder === decoder);
    return found === undefined
      ? '–'
      : millions(found[cost] / (cost === 'parameters' ? 1 : 1000), 2);
  };
  const added = (encoder: string, name: string) =>
    attention.find((one) => one.encoder === encoder && one.attention === name)!;
  const layers = attentionNames.filter((name) => name !== 'none');
  const image = `an image of ${size.join(' × ')} × 3, ${classes} classes`;
  const ofPairs = () => [
    'Parameters, millions: any encoder with any decoder',
    table(decoders, (encoder, decoder) => pair(encoder, decoder, 'parameters')),
    `\nMultiply-adds, thousand millions, for ${image}`,
    table(decoders, (encoder, decoder) => pair(encoder, decoder, 'multiplyAdds')),
    '\nAny attention, after each of the encoder’s five maps: parameters and multiply-adds (millions) that it adds',
    table(layers, (encoder, name) => {
      const { parameters, multiplyAdds } = added(encoder, name);
      return `${parameters.toLocaleString('en-US')} (${millions(multiplyAdds, 2)})`;
    }),
  ];
  const ofNetworks = () => [
    `Whole networks: parameters (millions) and multiply-adds (thousand millions) for ${image}`,
    formatTable([
      ['network', 'parameters', 'multiply-adds'],
      ...networks.map(({ network, parameters, multiplyAdds }) => [
        network,
        millions(parameters, 2),
        millions(multiplyAdds / 1000, 2),
      ]),
    ]),
  ];
  return [
    ...(pairs.length > 0 ? [ofPairs().join('\n')] : []),
    ...(networks.length > 0 ? [ofNetworks().join('\n')] : []),
  ].join('\n\n');
}

function millions(value: number, digits: number): string {
  return (value / 1e6).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
