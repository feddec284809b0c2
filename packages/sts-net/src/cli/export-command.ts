import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { checkWritable, fileError, writeFileAtomic } from '@sts-net/datasets/files';
import { exportModel } from '../onnx/export-model.ts';
import { operatingPointOf } from '../prediction/operating-point-of.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { decisionOf } from '../tuning/operating-points-file.ts';
import { exportWeb } from '../web/export-web.ts';
import { pageFiles } from '../web/page-files.ts';
import { count, imageSize } from './arguments.ts';
import { loadForCli } from './load-for-cli.ts';
import { UsageError } from './usage-error.ts';

const formats = ['onnx', 'web'] as const;
type Format = (typeof formats)[number];

export function exportCommand(): CommandUnknownOpts {
  return new Command('export')
    .addArgument(new Argument('<format>', 'onnx, or web for a page').argParser(formatName))
    .argument('<model>', 'folder of a run, or a file of weights')
    .argument('<output>', 'the file to write, .onnx; of web the folder')
    .option(
      '--size <size>',
      'onnx: height x width of the slices it takes; of smaller ones, which are padded, it says something else than the run. By default any',
      // Commander takes null for nothing that was given.
      (text) => (text === 'any' ? 'any' : imageSize('size')(text)),
      'any' as const,
    )
    .option('--batch <count>', 'onnx: slices at once; any number if left out', count('batch'))
    .option('--fp16', 'web: weights in half precision, half as long')
    .option('--no-page', 'web: the model alone, for a page of your own')
    .action(async (format, path, output, { size, batch, fp16 = false, page }, own) => {
      const others = { onnx: ['fp16', 'page'], web: ['size', 'batch'] }[format];
      const wrong = others.find((option) => own.getOptionValueSource(option) === 'cli');
      if (wrong !== undefined) {
        const option = wrong === 'page' ? 'no-page' : wrong;
        throw new UsageError(`--${option} is not for the format ${format}`);
      }
      if (format === 'web') await writeWeb(path, output, { half: fp16, page });
      else await writeOnnx(path, output, { size: size === 'any' ? null : size, batch });
    });
}

async function writeOnnx(
  path: string,
  file: string,
  { size, batch = null }: { size: [number, number] | null; batch: number | null | undefined },
): Promise<void> {
  if (!/\.onnx$/i.test(file)) throw new UsageError(`the file must end in .onnx, got '${file}'`);
  await checkWritable(file);
  await prepareEngine('ort');
  const loaded = await loadForCli(path);
  try {
    const bytes = await exportModel(loaded, { size, batch });
    await writeFileAtomic(file, bytes);
    process.stdout.write(`${file}: ${(bytes.length / 1e6).toFixed(1)} MB\n`);
  } finally {
    loaded.model.dispose();
  }
}

/** At the operating point of the run, if it was tuned, as `predict` runs it. */
async function writeWeb(
  path: string,
  folder: string,
  { half, page }: { readonly half: boolean; readonly page: boolean },
): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw fileError(folder, 'make the folder', cause);
  });
  await checkWritable(join(folder, 'model.json'));
  // Before weights are loaded for nothing.
  const programs = page ? pageFiles() : new Map<string, readonly Uint8Array[]>();
  const points = await operatingPointOf([path]);
  // Nothing is computed, and this engine is always there.
  await prepareEngine('wasm');
  const loaded = await loadForCli(path);
  try {
    const files = await exportWeb(loaded, {
      half,
      ...(points && { decision: decisionOf(points), temperature: points.temperature }),
    });
    for (const [name, pieces] of files) {
      await writeFileAtomic(join(folder, name), pieces);
      const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
      process.stdout.write(`${join(folder, name)}: ${(bytes / 1e6).toFixed(1)} MB\n`);
    }
    if (!page) return;
    for (const [name, pieces] of programs) await writeFileAtomic(join(folder, name), pieces);
    process.stdout.write(
      `${join(folder, 'index.html')}: the page; \`sts-net preview ${folder}\` shows it\n`,
    );
  } finally {
    loaded.model.dispose();
  }
}

function formatName(text: string): Format {
  const format = formats.find((one) => one === text);
  if (format !== undefined) return format;
  throw new UsageError(`the format must be onnx or web, got '${text}'`);
}
