import { basename, dirname, resolve } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { manifestFolder, manifestStatistics } from '@sts-net/datasets';
import { checkWritable, writeFileAtomic } from '@sts-net/datasets/files';
import { formatTable } from '../tables/format-table.ts';
import { areaTable, partTable } from '../tables/lesion-table.ts';
import { pageFile } from './arguments.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';

export function dataStatsCommand(): CommandUnknownOpts {
  return new Command('stats')
    .description('how large the targets of a data set are')
    .argument('<manifest>', 'the manifest')
    .option('--output <file>', 'HTML page to write, with pictures', pageFile)
    .option('--json <file>', 'file for all numbers as JSON')
    .action(async (manifest, { output, json }) => {
      for (const path of [output, json]) if (path !== undefined) await checkWritable(path);
      const line = progressLine();
      const statistics = await interruptible('nothing was written', (signal) =>
        manifestStatistics(manifest, {
          signal,
          onProgress: (id, done, total) => line.show(`image ${id}`, done, total),
        }),
      ).finally(() => line.clear());
      const { parts, targets } = statistics;
      if (json !== undefined) {
        const slices = targets.map(({ item, slice, area }) => ({ id: item.id, slice, area }));
        await writeFileAtomic(json, `${JSON.stringify({ parts, targets: slices }, null, 2)}\n`);
      }
      if (output !== undefined) {
        const { smallestTargets, statisticsPage } = await import('../report/dataset/index.ts');
        const pictures = await smallestTargets(targets, await manifestFolder(manifest));
        const title = `Data set ${basename(dirname(resolve(manifest)))}`;
        await writeFileAtomic(output, statisticsPage(title, statistics, pictures));
      }
      const tables = [partTable(statistics), ...(targets.length > 0 ? [areaTable(targets)] : [])];
      process.stdout.write(`${tables.map(formatTable).join('\n\n')}\n`);
    });
}
