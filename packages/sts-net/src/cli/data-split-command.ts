import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import {
  findLeaks,
  foldManifest,
  loadManifest,
  type ManifestItem,
  type SplitName,
  splitManifest,
  writeManifest,
} from '@sts-net/datasets';
import { formatTable } from '../tables/format-table.ts';
import { count, integer, number } from './arguments.ts';
import { say } from './say.ts';
import { UsageError } from './usage-error.ts';

export function dataSplitCommand(): CommandUnknownOpts {
  return new Command('split')
    .description('divide a data set by group into splits or folds')
    .argument('<manifest>', 'the manifest')
    .option('--test <share>', 'share of the groups for the test: 0.2', share('test'), 0)
    .option(
      '--validation <share>',
      'share that chooses the best checkpoint: 0.1',
      share('validation'),
      0,
    )
    .option('--folds <count>', 'cross-validation: each fold is the test once', count('folds'))
    .option('--fold <number>', 'the fold to write, from 0; else all, each to a file', Number)
    .option('--seed <number>', 'of the draw', integer('seed'), 2021)
    .option('--output <file>', 'the manifest to write; else it replaces the first')
    .action(async (manifest, { test, validation, folds, fold, seed, output = manifest }) => {
      if (folds === undefined ? test + validation === 0 || fold !== undefined : test > 0) {
        throw new UsageError(
          'give --test, --validation or both; or --folds, with --fold and --validation if wanted',
        );
      }
      if (fold !== undefined && !(Number.isInteger(fold) && fold >= 0 && fold < folds!)) {
        throw new UsageError(`--fold must be a whole number from 0 below ${folds}, got '${fold}'`);
      }
      const items = await loadManifest(manifest);
      const divided =
        folds === undefined
          ? [splitManifest(items, { test, validation, seed })]
          : foldManifest(items, { folds, validation, seed });
      const [leak] = divided.flatMap((one) => findLeaks(withPart(one)));
      if (leak !== undefined) throw new RangeError(`'${manifest}': ${leak}`);
      const files =
        folds === undefined || fold !== undefined
          ? [{ path: output, items: divided[fold ?? 0]! }]
          : divided.map((one, i) => ({ path: foldPath(output, i), items: one }));
      for (const file of files) await writeManifest(file.path, file.items, manifest);
      if (items.some((item) => item.split !== undefined)) {
        say('note', 'the manifest had splits; they were drawn anew');
      }
      process.stdout.write(`${formatTable([header, ...files.map(row)])}\n`);
    });
}

const splits: readonly SplitName[] = ['training', 'validation', 'test'];
const header = ['images (groups)', ...splits];

function row({ path, items }: { path: string; items: readonly ManifestItem[] }): string[] {
  const cells = splits.map((split) => {
    const own = items.filter((item) => item.split === split);
    return `${own.length} (${new Set(own.map(({ group }) => group)).size})`;
  });
  return [path, ...cells];
}

function withPart(items: readonly ManifestItem[]) {
  return items.map((item) => ({ ...item, part: item.split! }));
}

function share(name: string): (text: string) => number {
  return number(name, 'a share from 0 up to, but not, 1', (n) => n >= 0 && n < 1);
}

/** `manifest.jsonl` as `manifest.fold-0.jsonl`. */
function foldPath(path: string, fold: number): string {
  const [, stem, ending] = /^(.*?)(\.jsonl)?$/s.exec(path)!;
  return `${stem}.fold-${fold}${ending ?? '.jsonl'}`;
}
