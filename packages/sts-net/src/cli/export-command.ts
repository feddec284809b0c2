import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { checkWritable, writeFileAtomic } from '@sts-net/datasets/files';
import { exportModel } from '../onnx/export-model.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { count, imageSize } from './arguments.ts';
import { loadForCli } from './load-for-cli.ts';
import { UsageError } from './usage-error.ts';

export function exportCommand(): CommandUnknownOpts {
  return new Command('export')
    .addArgument(new Argument('<format>', 'onnx').argParser(formatName))
    .argument('<model>', 'folder of a run, or a file of weights')
    .argument('<file>', 'the file to write, .onnx')
    .option(
      '--size <size>',
      'height x width of the slices it takes; of smaller ones, which are padded, it says something else than the run. By default any',
      // Commander takes null for nothing that was given.
      (text) => (text === 'any' ? 'any' : imageSize('size')(text)),
      'any' as const,
    )
    .option('--batch <count>', 'slices at once; any number if left out', count('batch'))
    .action(async (_, path, file, { size, batch = null }) => {
      if (!/\.onnx$/i.test(file)) throw new UsageError(`the file must end in .onnx, got '${file}'`);
      await checkWritable(file);
      await prepareEngine('ort');
      const loaded = await loadForCli(path);
      try {
        const bytes = await exportModel(loaded, { size: size === 'any' ? null : size, batch });
        await writeFileAtomic(file, bytes);
        process.stdout.write(`${file}: ${(bytes.length / 1e6).toFixed(1)} MB\n`);
      } finally {
        loaded.model.dispose();
      }
    });
}

function formatName(text: string): 'onnx' {
  if (text === 'onnx') return text;
  throw new UsageError(`the format must be onnx, got '${text}'`);
}
