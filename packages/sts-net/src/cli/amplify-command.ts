import { dirname, resolve } from 'node:path';
import type { CommandDef } from 'citty';
import { loadConfig } from '../config/load-config.ts';
import { writeAmplified } from '../data/write-amplified.ts';
import { command } from './command.ts';
import { progressLine } from './progress-line.ts';

export const amplifyCommand: CommandDef = command({
  meta: { name: 'amplify', description: 'write the amplified training samples of a config' },
  args: {
    config: { type: 'positional', required: true, description: 'the JSON file of the run' },
    output: { type: 'string', required: true, description: 'folder to make for the samples' },
  },
  async run({ args: { config: path, output } }) {
    const config = await loadConfig(path);
    const line = progressLine();
    const samples = await writeAmplified(config, dirname(resolve(path)), output, (done, total) =>
      line.show(`sample ${done}/${total}`),
    ).finally(() => line.clear());
    const copies = samples.filter(({ copyOf }) => copyOf !== null).length;
    process.stdout.write(
      `${output}: ${samples.length} samples, ${copies} of them amplified copies; see samples.json\n`,
    );
  },
});
