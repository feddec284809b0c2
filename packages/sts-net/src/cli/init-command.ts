import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { type DatasetName, datasets, prepareDataset } from '@sts-net/datasets';
import { checkNewFolder, listFiles, writeFileAtomic } from '@sts-net/datasets/files';
import { ownMemory } from '../machine/own-memory.ts';
import { type Fingerprint, fingerprint } from '../planning/fingerprint.ts';
import { type PlanOptions, planConfig } from '../planning/plan-config.ts';
import { type PresetName, presets } from '../presets/presets.ts';
import { plural } from '../report/format.ts';
import { checkNewConfig, count, oneOf } from './arguments.ts';
import { askOn, type Question, type Questions } from './init-questions.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';
import { say } from './say.ts';
import { UsageError } from './usage-error.ts';

const kinds = Object.keys(datasets) as DatasetName[];
const presetNames = Object.keys(presets) as PresetName[];
const kindOf = oneOf('kind', kinds);
const presetOf = oneOf('preset', presetNames);
const stepsOf = count('steps');

export function initCommand(): CommandUnknownOpts {
  return new Command('init')
    .argument('[data]', 'folder of a data set, or its manifest.jsonl')
    .option('--kind <name>', `what kind of folder it is: ${kinds.join(', ')}`, kindOf)
    .option('--image <path>', 'path of images in the folder, as of `data prepare`')
    .option('--mask <path>', 'path of their masks')
    .option('--preset <name>', `network and optimiser: ${presetNames.join(', ')}`, presetOf)
    .option('--steps <count>', 'length of the training; else by the data', stepsOf)
    .option('--run <folder>', 'folder that the training is going to make, beside the config')
    .option('--output <file>', 'config to write', 'config.jsonc')
    .action(async (data, { output, ...given }) => {
      await checkNewConfig(output);
      const answers = { data, ...given };
      const questions = isTerminal() ? askOn() : undefined;
      if (questions === undefined) checkComplete(answers);
      try {
        await init(answers, output, questions);
      } finally {
        questions?.close();
      }
    });
}

/** What was given as arguments, in the place of answers. */
export interface Given {
  readonly data?: string | undefined;
  readonly kind?: DatasetName | undefined;
  readonly image?: string | undefined;
  readonly mask?: string | undefined;
  readonly preset?: PresetName | undefined;
  readonly steps?: number | undefined;
  readonly run?: string | undefined;
}

/** Asks for what was not given, where there is somebody to ask, and writes the config. */
export async function init(
  given: Given,
  output: string,
  questions: Questions | undefined,
): Promise<void> {
  // What has a usual answer is not asked for without a terminal.
  const ask = <T>(value: T | undefined, question: Question<T>): T | Promise<T> => {
    if (value !== undefined) return value;
    if (questions !== undefined) return questions.ask(question);
    return question.read(question.usual!) as T;
  };
  const data = await ask(given.data, {
    text: 'Where are the images (a folder, or a manifest.jsonl)?',
    read: (path) => there(path),
  });
  const manifest = isFolder(there(data))
    ? await prepared(data, given, output, async (usual) =>
        ask(given.kind, {
          text: `What kind of folder is it (${kinds.join(', ')})?`,
          usual,
          read: kindOf,
        }),
      )
    : withoutFolderOptions(data, given);
  const print = await lookAt(manifest);
  const options = {
    manifest: relative(dirname(resolve(output)), resolve(manifest))
      .split(sep)
      .join('/'),
    memory: ownMemory(),
  };
  for (const fact of planConfig(print, options).facts) say('note', fact);
  const preset = await ask(given.preset, {
    text: `Which network (${presetNames.join(', ')}: small, larger, the paper’s)?`,
    usual: 'light',
    read: presetOf,
  });
  const steps = await ask(given.steps, {
    text: 'How many steps may it train?',
    usual: String(plannedSteps(print, { ...options, preset })),
    read: stepsOf,
  });
  const run = await ask(given.run, {
    text: 'Into which folder, beside the config?',
    usual: 'run',
    read: (path) => path,
  });
  const { text } = planConfig(print, { ...options, preset, steps, output: run });
  await writeFileAtomic(output, text);
  process.stdout.write(`${output}\ntrain with: sts-net train ${output}\n`);
}

function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** @throws UsageError naming what is missing, where nobody can be asked */
function checkComplete({ data, kind }: Given): void {
  const missing = [
    ...(data === undefined ? ['DATA (a folder, or a manifest.jsonl)'] : []),
    ...(kind === undefined && (data === undefined || isFolder(data))
      ? ['--kind (of a folder)']
      : []),
  ];
  if (missing.length === 0) return;
  throw new UsageError(
    `there is no terminal to ask on, so ${missing.join(' and ')} must be given; see --help`,
  );
}

/** @throws RangeError if there is nothing */
function there(path: string): string {
  if (existsSync(path)) return path;
  throw new UsageError(`'${path}' must be a folder or a manifest, but is not there`);
}

/** @throws UsageError for what a manifest says already */
function withoutFolderOptions(manifest: string, { kind, image, mask }: Given): string {
  const [wrong] =
    Object.entries({ kind, image, mask }).find(([, value]) => value !== undefined) ?? [];
  if (wrong === undefined) return manifest;
  throw new UsageError(`--${wrong} is for a folder, but '${manifest}' is a manifest; leave it out`);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The manifest of a folder, which is prepared beside the config. */
async function prepared(
  folder: string,
  { image, mask }: Given,
  output: string,
  kindFor: (usual: DatasetName) => Promise<DatasetName>,
): Promise<string> {
  const kind = await kindFor(await usualKind(folder));
  const target = join(dirname(output), `${basename(resolve(folder))}-prepared`);
  await checkNewFolder('the folder of the manifest', target);
  const line = progressLine();
  const { items, skipped } = await interruptible(
    'what was read is kept; give the command again and it goes on',
    (signal) =>
      prepareDataset(datasets[kind], folder, target, {
        ...{ image, mask, signal },
        onProgress: (id, done, total) => line.show(`image ${id}`, done, total),
      }),
  ).finally(() => line.clear());
  const manifest = join(target, 'manifest.jsonl');
  const left = skipped.length > 0 ? `, ${skipped.length} left out: see skipped.jsonl` : '';
  say('note', `${manifest}: ${plural(items.length, 'image')}${left}`);
  return manifest;
}

/** What a folder looks like by the names in it. */
async function usualKind(folder: string): Promise<DatasetName> {
  const files = await listFiles(folder);
  if (files.includes('dataset.json')) return 'nnunet';
  if (files.some((path) => path.startsWith('sub-'))) return 'bids';
  const endings = new Set(files.map((path) => extname(path).toLowerCase()));
  if (['.png', '.jpg', '.jpeg', '.tif', '.tiff'].some((one) => endings.has(one))) {
    return files.some((path) => path.startsWith('benign/')) ? 'busi' : 'image-folders';
  }
  return endings.has('.dcm') || endings.has('') ? 'dicom' : 'nifti-pairs';
}

function lookAt(manifest: string): Promise<Fingerprint> {
  const line = progressLine();
  return interruptible('the manifest is kept; name it in place of the folder', (signal) =>
    fingerprint(manifest, {
      signal,
      onProgress: (id, done, total) => line.show(`case ${id}`, done, total),
    }),
  ).finally(() => line.clear());
}

function plannedSteps(print: Fingerprint, options: PlanOptions): number {
  return planConfig(print, options).steps;
}
