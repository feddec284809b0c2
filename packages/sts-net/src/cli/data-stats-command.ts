import { basename, dirname, resolve } from 'node:path';
import { manifestFolder, manifestStatistics } from '@sts-net/datasets';
import { checkWritable, writeFileAtomic } from '@sts-net/datasets/files';
import type { CommandDef } from 'citty';
import { formatTable } from '../evaluation/format-table.ts';
import { areaTable, partTable } from '../report/dataset/area-tables.ts';
import { smallestTargets } from '../report/dataset/smallest-targets.ts';
import { statisticsPage } from '../report/dataset/statistics-page.ts';
import { command } from './command.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';

export const dataStatsCommand: CommandDef = command({
  meta: { name: 'stats', description: 'how large the targets of a data set are' },
  args: {
    manifest: { type: 'positional', required: true, description: 'the manifest' },
    output: { type: 'string', description: 'HTML page to write, with pictures' },
    json: { type: 'string', description: 'file for all numbers as JSON' },
  },
  async run({ args: { manifest, output, json } }) {
    if (output !== undefined && !/\.html?$/i.test(output)) {
      throw new RangeError(`--output must end in .html, got '${output}'`);
    }
    for (const path of [output, json]) if (path !== undefined) await checkWritable(path);
    const line = progressLine();
    const statistics = await interruptible('nothing was written', (signal) =>
      manifestStatistics(manifest, {
        signal,
        onProgress: (id, done) => line.show(`image ${done + 1}: ${id}`),
      }),
    ).finally(() => line.clear());
    const { parts, targets } = statistics;
    if (json !== undefined) {
      const slices = targets.map(({ item, slice, area }) => ({ id: item.id, slice, area }));
      await writeFileAtomic(json, `${JSON.stringify({ parts, targets: slices }, null, 2)}\n`);
    }
    if (output !== undefined) {
      const pictures = await smallestTargets(targets, await manifestFolder(manifest));
      const title = `Data set ${basename(dirname(resolve(manifest)))}`;
      await writeFileAtomic(output, statisticsPage(title, statistics, pictures));
    }
    const tables = [partTable(statistics), ...(targets.length > 0 ? [areaTable(targets)] : [])];
    process.stdout.write(`${tables.map(formatTable).join('\n\n')}\n`);
  },
});
