import { dirname, resolve } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { checkWritable, writeFileAtomic } from '@sts-net/datasets/files';
import { loadConfig } from '../config/validate-config.ts';
import {
  type ExperimentStatistics,
  experimentStatistics,
} from '../evaluation/experiment-statistics.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { formatTable } from '../tables/format-table.ts';
import { lesionTable } from '../tables/lesion-table.ts';
import { pageFile } from './arguments.ts';
import { progressLine } from './progress-line.ts';
import { warnOnce } from './warn-once.ts';

export function statsCommand(): CommandUnknownOpts {
  return new Command('stats')
    .argument('<config>', 'the JSON file that describes the run')
    .option(
      '--output <file>',
      'HTML page to write, with pictures of the first batches as the network gets them',
      pageFile,
    )
    .option('--json <file>', 'file for all numbers as JSON')
    .action(async (path, { output, json }) => {
      for (const file of [output, json]) if (file !== undefined) await checkWritable(file);
      const config = await loadConfig(path);
      const baseFolder = dirname(resolve(path));
      await prepareEngine('cpu');
      const line = progressLine();
      line.show('reading the cases');
      const statistics = await experimentStatistics(config, baseFolder, warnOnce(line)).finally(
        () => line.clear(),
      );
      if (json !== undefined) {
        await writeFileAtomic(json, `${JSON.stringify(statistics, null, 2)}\n`);
      }
      if (output !== undefined) {
        const { batchesPage } = await import('../reporting/batches-page.ts');
        await writeFileAtomic(output, await batchesPage(config, baseFolder));
      }
      process.stdout.write(`${text(statistics)}\n`);
    });
}

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
