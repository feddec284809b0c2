import { dirname, resolve } from 'node:path';
import { writeFileAtomic } from '@sts-net/datasets/files';
import type { CommandDef } from 'citty';
import { loadConfig } from '../config/validate-config.ts';
import { type ExperimentStatistics, experimentStatistics } from '../evaluation/experiment-statistics.ts';
import { formatTable } from '../evaluation/format-table.ts';
import { lesionTable } from '../evaluation/lesion-table.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { command } from './command.ts';

export const statsCommand: CommandDef = command({
  meta: { name: 'stats', description: 'sizes of lesions, splits and network of a config' },
  args: {
    config: {
      type: 'positional',
      required: true,
      description: 'the JSON file that describes the run',
    },
    json: { type: 'string', description: 'file for all numbers as JSON' },
  },
  async run({ args: { config: path, json } }) {
    const config = await loadConfig(path);
    await prepareEngine('cpu');
    const statistics = await experimentStatistics(config, dirname(resolve(path)));
    if (json !== undefined) await writeFileAtomic(json, `${JSON.stringify(statistics, null, 2)}\n`);
    process.stdout.write(`${text(statistics)}\n`);
  },
});

function text({ splits, samples, threshold, model }: ExperimentStatistics): string {
  const rows = Object.entries(splits).map(([name, split]) => ({
    ...split,
    name,
    counts: [split.cases.length],
  }));
  const lesions = formatTable(lesionTable(['cases'], rows));
  const amplified =
    threshold === 0
      ? 'Training samples: '
      : `Training samples, those with fewer than ${threshold} lesion pixels amplified: `;
  const { parameters, multiplyAdds } = model;
  return `${lesions}\n\n${amplified}${samples}\nNetwork: ${grouped(parameters)} parameters, ${grouped(multiplyAdds)} multiply-adds in convolutions for a slice of ${model.size.join(' × ')}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
