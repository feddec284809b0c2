import { basename, resolve } from 'node:path';
import { checkNewFolder, checkWritable, writeFileAtomic, writeFolderAtomic } from '@sts-net/datasets/files';
import type { EmptyRule } from '@sts-net/metrics';
import type { CommandDef } from 'citty';
import { type Comparison, compareFolders } from '../comparison/compare-folders.ts';
import { comparisonFormats, comparisonText } from '../comparison/comparison-formats.ts';
import { type ScoreName, scores } from '../comparison/scores.ts';
import { command } from './command.ts';
import { interruptible } from './interruption.ts';
import { countOf, numberOf } from './number-of.ts';
import { oneOf } from './one-of.ts';
import { progressLine } from './progress-line.ts';

const usual: readonly ScoreName[] = [
  'dice',
  'precision',
  'recall',
  'hd95',
  'assd',
  'nsd',
  'lesion-precision',
  'lesion-recall',
  'lesion-f1',
];
const rules: readonly EmptyRule[] = ['skip', 'zero', 'one', 'worst'];

export const compareCommand: CommandDef = command({
  meta: {
    name: 'compare',
    description: 'two methods on the same cases, with intervals and p-values',
  },
  args: {
    a: { type: 'positional', required: true, description: 'folder of one method’s label volumes' },
    b: { type: 'positional', required: true, description: 'folder of the other’s, named alike' },
    truth: { type: 'string', required: true, description: 'folder of the true ones, named alike' },
    names: { type: 'string', description: 'what to call the two: NAME,NAME; else their folders' },
    patient: {
      type: 'string',
      description: 'whose a case is, by its name: {patient}_*; else each is one patient’s',
    },
    label: { type: 'string', description: 'the label to score; else every label above 0' },
    scores: {
      type: 'string',
      default: usual.join(),
      description: `of ${Object.keys(scores).join()}`,
    },
    tolerance: { type: 'string', default: '1', description: 'of the surface Dice, mm' },
    empty: {
      type: 'string',
      default: 'skip',
      description: `score where truth and prediction are empty: ${rules.join(', ')}`,
    },
    seed: { type: 'string', default: '0', description: 'of bootstrap and permutations' },
    resamples: { type: 'string', default: '10000', description: 'of bootstrap and permutations' },
    csv: { type: 'string', description: 'file for the table as CSV' },
    json: { type: 'string', description: 'file for everything, every case too, as JSON' },
    markdown: { type: 'string', description: 'file for the table as Markdown' },
    html: { type: 'string', description: 'file for table and cases as a page' },
    output: { type: 'string', description: 'folder to make for all four' },
  },
  async run({ args }) {
    const { a, b, truth, output, patient, label } = args;
    const options = {
      names: methodNames(args.names, a, b),
      scores: scoreNames(args.scores),
      tolerance: numberOf(
        'tolerance',
        args.tolerance,
        'a length in mm of at least 0',
        (n) => n >= 0,
      ),
      empty: oneOf('empty', args.empty, rules),
      seed: numberOf('seed', args.seed, 'a whole number', Number.isSafeInteger),
      resamples: countOf('resamples', args.resamples),
      ...(label !== undefined && { label: countOf('label', label) }),
      ...(patient !== undefined && { patient }),
    };
    const files = [
      [args.csv, 'csv'],
      [args.json, 'json'],
      [args.markdown, 'md'],
      [args.html, 'html'],
    ] as const;
    const wanted = files.flatMap(([path, format]) => (path ? [{ path, format }] : []));
    for (const { path } of wanted) await checkWritable(path);
    if (output !== undefined) await checkNewFolder('--output', output);
    const line = progressLine();
    const comparison = await interruptible('nothing was written', (signal) =>
      compareFolders(
        { a, b, truth },
        {
          ...options,
          signal,
          onProgress: (id, index, total) => line.show(`case ${index + 1}/${total}: ${id}`),
        },
      ),
    ).finally(() => line.clear());
    for (const { path, format } of wanted) {
      await writeFileAtomic(path, comparisonFormats[format](comparison));
    }
    if (output !== undefined) await writeFolder(output, comparison);
    process.stdout.write(comparisonText(comparison));
  },
});

function writeFolder(output: string, comparison: Comparison): Promise<void> {
  return writeFolderAtomic(output, [], async (_, writeText) => {
    for (const [format, text] of Object.entries(comparisonFormats)) {
      await writeText(`comparison.${format}`, text(comparison));
    }
  });
}

function methodNames(text: string | undefined, a: string, b: string): readonly [string, string] {
  if (text === undefined) {
    const [one, other] = [basename(resolve(a)), basename(resolve(b))];
    return one === other ? ['a', 'b'] : [one, other];
  }
  const [one, other, ...more] = text.split(',');
  if (one && other && more.length === 0) return [one, other];
  throw new RangeError(`--names must be two names with a comma between them, got '${text}'`);
}

function scoreNames(text: string): readonly ScoreName[] {
  const known = Object.keys(scores) as ScoreName[];
  const names = [...new Set(text.split(','))];
  return names.map((name) => oneOf('scores', name, known));
}
