import { writeFileAtomic } from '@sts-net/datasets/files';
import { createModel, type LayerStatistics, layerStatistics, type ModelStatistics, modelStatistics } from '@sts-net/model';
import type { CommandDef } from 'citty';
import { formatTable } from '../evaluation/format-table.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { command } from './command.ts';
import { attentions, decoderNames, encoderNames, imageSize } from './model-arguments.ts';
import { countOf } from './number-of.ts';
import { oneOf } from './one-of.ts';
import { withoutInitialValues } from '@sts-net/model';

export const summaryCommand: CommandDef = command({
  meta: { name: 'summary', description: 'layers, sizes and costs of any network' },
  args: {
    encoder: { type: 'string', required: true, description: `of ${encoderNames.join(', ')}` },
    decoder: { type: 'string', required: true, description: `of ${decoderNames.join(', ')}` },
    attention: {
      type: 'string',
      default: 'none',
      description: `of ${attentions.join(', ')}`,
    },
    size: { type: 'string', default: '480', description: 'of the image, pixels: 480 or 480x320' },
    classes: { type: 'string', default: '2', description: 'with the background' },
    channels: { type: 'string', default: '3', description: 'of the image' },
    stride: { type: 'string', description: 'of the deepest map: 8, 16 or 32; else the decoder’s' },
    json: { type: 'string', description: 'file for all numbers as JSON' },
  },
  async run({ args }) {
    const config = {
      encoder: oneOf('encoder', args.encoder, encoderNames),
      decoder: oneOf('decoder', args.decoder, decoderNames),
      attention: oneOf('attention', args.attention, attentions),
      classes: countOf('classes', args.classes),
      ...(args.stride !== undefined && {
        outputStride: Number(oneOf('stride', args.stride, ['8', '16', '32'])) as 8 | 16 | 32,
      }),
    };
    const size = imageSize(args.size);
    const inputShape = [null, null, countOf('channels', args.channels)] as const;
    await prepareEngine('cpu');
    const model = withoutInitialValues(() => createModel({ ...config, inputShape }));
    const layers = layerStatistics(model, { size });
    const { parameters, buffers, multiplyAdds, uncounted } = modelStatistics(model, { size });
    model.dispose();
    const summary = { ...config, size, parameters, buffers, multiplyAdds, uncounted, layers };
    const activations = layers.reduce((sum, layer) => sum + activationsOf(layer), 0);
    const numbers = { ...summary, activationBytes: bytesOfFloat * activations };
    if (args.json !== undefined) {
      await writeFileAtomic(args.json, `${JSON.stringify(numbers, null, 2)}\n`);
    }
    process.stdout.write(`${summaryText(numbers)}\n`);
  },
});

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
