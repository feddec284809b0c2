import { checkWritable, writeFileAtomic } from '@sts-net/datasets/files';
import type { CommandDef } from 'citty';
import { exportModel } from '../onnx/export-model.ts';
import { loadModel } from '../runs/load-model.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { command } from './command.ts';

export const exportCommand: CommandDef = command({
  meta: { name: 'export', description: 'write a trained network as an ONNX file' },
  args: {
    format: { type: 'positional', required: true, description: 'onnx' },
    model: {
      type: 'positional',
      required: true,
      description: 'folder of a run, or a checkpoint file',
    },
    file: { type: 'positional', required: true, description: 'the file to write, .onnx' },
    size: {
      type: 'string',
      default: '480x480',
      description: 'height x width of the slices it takes, smaller ones are padded; or any',
    },
    batch: { type: 'string', description: 'slices at once; any number if left out' },
  },
  async run({ args: { format, model: path, file, size, batch } }) {
    if (format !== 'onnx') throw new RangeError(`the format must be onnx, got '${format}'`);
    if (!/\.onnx$/i.test(file)) throw new RangeError(`the file must end in .onnx, got '${file}'`);
    const sides = sizeOf(size);
    if (batch !== undefined && !/^[1-9]\d*$/.test(batch)) {
      throw new RangeError(`--batch must be a whole number from 1 on, got '${batch}'`);
    }
    await checkWritable(file);
    await prepareEngine('ort');
    const loaded = loadModel(path);
    try {
      const bytes = await exportModel(loaded, {
        size: sides,
        batch: batch === undefined ? null : Number(batch),
      });
      await writeFileAtomic(file, bytes);
      process.stdout.write(`${file}: ${(bytes.length / 1e6).toFixed(1)} MB\n`);
    } finally {
      loaded.model.dispose();
    }
  },
});

function sizeOf(text: string): [number, number] | null {
  if (text === 'any') return null;
  const sides = /^(\d+)(?:x(\d+))?$/.exec(text);
  if (sides === null) {
    throw new RangeError(`--size must be as 480, 480x640 (height x width) or any, got '${text}'`);
  }
  const height = Number(sides[1]);
  return [height, Number(sides[2] ?? height)];
}
