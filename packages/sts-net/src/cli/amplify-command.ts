import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { CommandDef } from 'citty';
import { writeAmplified } from '../amplified/write-amplified.ts';
import { loadConfig } from '../config/validate-config.ts';
import { command } from './command.ts';
import { countOf } from './number-of.ts';
import { oneOf } from './one-of.ts';
import { progressLine } from './progress-line.ts';

export const amplifyCommand: CommandDef = command({
  meta: { name: 'amplify', description: 'write the amplified training samples of a config' },
  args: {
    config: { type: 'positional', required: true, description: 'the JSON file of the run' },
    output: { type: 'string', required: true, description: 'folder to make for the samples' },
    format: { type: 'string', default: 'nifti', description: 'nifti or png' },
    workers: { type: 'string', description: 'threads that work on it; default: one a processor' },
  },
  async run({ args: { config: path, output, format, workers } }) {
    const options = {
      format: oneOf('format', format, ['nifti', 'png']),
      workers: workers === undefined ? availableParallelism() : countOf('workers', workers),
    };
    const config = await loadConfig(path);
    const line = progressLine();
    const items = await writeAmplified(config, dirname(resolve(path)), output, {
      ...options,
      onProgress: (done, total) => line.show(`slice ${done}/${total}`),
    }).finally(() => line.clear());
    const copies = items.filter(({ source }) => source?.['operation'] !== 'none').length;
    process.stdout.write(
      `${output}: ${items.length} samples, ${copies} of them amplified copies; see manifest.jsonl\n`,
    );
  },
});
