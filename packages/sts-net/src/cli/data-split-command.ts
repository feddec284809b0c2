import { findLeaks, foldManifest, loadManifest, type ManifestItem, type SplitName, splitManifest, writeManifest } from '@sts-net/datasets';
import type { CommandDef } from 'citty';
import { formatTable } from '../evaluation/format-table.ts';
import { command } from './command.ts';
import { countOf, numberOf } from './number-of.ts';

export const dataSplitCommand: CommandDef = command({
  meta: { name: 'split', description: 'divide a data set by group into splits or folds' },
  args: {
    manifest: { type: 'positional', required: true, description: 'the manifest' },
    test: { type: 'string', description: 'share of the groups for the test: 0.2' },
    validation: { type: 'string', description: 'share that chooses the best checkpoint: 0.1' },
    folds: { type: 'string', description: 'cross-validation: each fold is the test once' },
    fold: { type: 'string', description: 'the fold to write, from 0; else all, each to a file' },
    seed: { type: 'string', default: '2021', description: 'of the draw' },
    output: { type: 'string', description: 'the manifest to write; else it replaces the first' },
  },
  async run({ args: { manifest, folds, fold, output = manifest, ...args } }) {
    const validation = shareOf('validation', args.validation);
    const test = shareOf('test', args.test);
    const seed = numberOf('seed', args.seed, 'a whole number', Number.isSafeInteger);
    if (folds === undefined ? test + validation === 0 || fold !== undefined : test > 0) {
      throw new RangeError(
        'give --test, --validation or both; or --folds, with --fold and --validation if wanted',
      );
    }
    const count = folds === undefined ? undefined : countOf('folds', folds);
    const chosen =
      fold === undefined
        ? undefined
        : numberOf(
            'fold',
            fold,
            `a whole number from 0 below ${count}`,
            (n) => Number.isInteger(n) && n >= 0 && n < count!,
          );
    const items = await loadManifest(manifest);
    const divided =
      count === undefined
        ? [splitManifest(items, { test, validation, seed })]
        : foldManifest(items, { folds: count, validation, seed });
    const [leak] = divided.flatMap((one) => findLeaks(withPart(one)));
    if (leak !== undefined) throw new RangeError(`'${manifest}': ${leak}`);
    const files =
      count === undefined || chosen !== undefined
        ? [{ path: output, items: divided[chosen ?? 0]! }]
        : divided.map((one, i) => ({ path: foldPath(output, i), items: one }));
    for (const file of files) await writeManifest(file.path, file.items, manifest);
    if (items.some((item) => item.split !== undefined)) {
      process.stderr.write('note: the manifest had splits; they were drawn anew\n');
    }
    process.stdout.write(`${formatTable([header, ...files.map(row)])}\n`);
  },
});

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

function shareOf(name: string, text: string | undefined): number {
  if (text === undefined) return 0;
  return numberOf(name, text, 'a share from 0 up to, but not, 1', (n) => n >= 0 && n < 1);
}

/** `manifest.jsonl` as `manifest.fold-0.jsonl`. */
function foldPath(path: string, fold: number): string {
  const [, stem, ending] = /^(.*?)(\.jsonl)?$/s.exec(path)!;
  return `${stem}.fold-${fold}${ending ?? '.jsonl'}`;
}
