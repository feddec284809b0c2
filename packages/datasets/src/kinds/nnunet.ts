import { join } from 'node:path';
import type { SplitName } from '../manifest/manifest-item.ts';
import { chosenChannels, type JsonChannel, modalityNamed } from './chosen-channels.ts';
import { type DatasetJson, labelRule, readDatasetJson } from './dataset-json.ts';
import type { DatasetItem, DatasetOptions, DatasetSpec, Skipped } from './dataset-spec.ts';
import { checkEnding, fileEnding, findNnunetFiles, type NnunetCase } from './nnunet-files.ts';
import { readSplits } from './nnunet-splits.ts';
import { flatFormat } from './paired-folders.ts';
import { patientOf } from './patient-of.ts';

/**
 * A raw folder of nnU-Net, version 2 or 1 (Isensee et al., Nature Methods 2021). The channel of an image
 * is told by the end of its name; `splits_final.json`, if it lies beside `dataset.json`, is the split.
 */
export const nnunet: DatasetSpec = {
  description: 'raw folder of nnU-Net: dataset.json, imagesTr/, labelsTr/, imagesTs/, labelsTs/',
  layout:
    "a dataset.json, and images such as 'imagesTr/a_0000.nii.gz' with 'labelsTr/a.nii.gz', as 'Dataset001_Name' of nnU-Net does",
  options: ['patient', 'target', 'channel', 'fold'],
  list,
};

async function* list(root: string, options: DatasetOptions): AsyncGenerator<DatasetItem | Skipped> {
  const json = await readDatasetJson(root);
  checkEnding(json);
  const rule = labelRule(json, options.target);
  const { cases, skipped } = await findNnunetFiles(root, json);
  yield* skipped;
  const trained = cases.filter(({ part }) => part === 'Tr');
  const { numTraining = trained.length, groups } = json.content;
  if (numTraining !== trained.length) {
    const reason = `\`numTraining\` must be the number of training cases, ${trained.length}, got ${numTraining}; are some missing?`;
    yield { skipped: json.path, reason };
  }
  const isWhole = json.channels.length > 1 && areWhole(json, cases);
  if (isWhole && options.channel !== undefined) {
    throw new RangeError(
      `'${json.path}': \`channel\` means nothing here, because each image holds all channels, ${json.channels.join(', ')}; leave it out`,
    );
  }
  const wanted = chosenChannels(json, isWhole ? '0' : options.channel);
  checkThere(json, cases, wanted);
  const splits = await readSplits(root, options.fold);
  const known = new Set(trained.map(({ id }) => id));
  for (const id of splits?.keys() ?? []) {
    if (known.has(id)) continue;
    const reason = `it names '${id}', of which there is no image`;
    yield { skipped: join(root, 'splits_final.json'), reason };
  }
  const isSplit = splits !== undefined || cases.some((one) => one.part === 'Ts' && one.label);
  for (const one of cases) {
    const { id, images, label } = one;
    const split = splitOf(one, splits);
    const reason = lacking(json, one, wanted) ?? notInFold(split, options);
    const here = wanted.filter(({ number }) => images.has(number));
    const files = here.map(({ number }) => images.get(number)!);
    if (reason !== undefined || label === undefined) {
      yield { skipped: files[0] ?? label ?? [...images.values()][0]!, reason: reason! };
      continue;
    }
    const image =
      wanted.length === 1
        ? files[0]!
        : Object.fromEntries(here.map(({ name }, i) => [name, files[i]!]));
    const modality = isWhole ? undefined : modalityNamed(here);
    const named = options.patient === undefined ? groups?.[id] : undefined;
    const group = named ?? patientOf(id, options.patient);
    yield { id, group, split: isSplit ? split : undefined, image, mask: [label], rule, modality };
  }
}

/** @throws RangeError for a channel that no case has: its files are called otherwise, or not there at all */
function checkThere(
  { path }: DatasetJson,
  cases: readonly NnunetCase[],
  wanted: readonly JsonChannel[],
): void {
  const missing = wanted.find(({ number }) => !cases.some(({ images }) => images.has(number)));
  if (missing === undefined || cases.length === 0) return;
  throw new RangeError(
    `'${path}': names the channel ${suffix(missing.number)}, '${missing.written}', of which there must be images, but is none; choose others by \`channel\``,
  );
}

/** Whether each case is one 2-D image that holds all channels, such as red, green and blue. */
function areWhole(json: DatasetJson, cases: readonly NnunetCase[]): boolean {
  return flatFormat.test(fileEnding(json)) && cases.every(({ images }) => images.size === 1);
}

function splitOf(
  { id, part }: NnunetCase,
  splits: ReadonlyMap<string, SplitName> | undefined,
): SplitName | undefined {
  if (part === 'Ts') return 'test';
  return splits === undefined ? 'training' : splits.get(id);
}

/** What a case must have, but has not. */
function lacking(
  json: DatasetJson,
  { id, part, images, label }: NnunetCase,
  wanted: readonly [JsonChannel, ...JsonChannel[]],
): string | undefined {
  const numbers = [...images.keys()].sort((a, b) => a - b);
  const there = `there are ${numbers.map(suffix).join(', ')}`;
  if (numbers.at(-1)! >= json.channels.length) {
    return `channels must be those that dataset.json names, ${json.channels.length} from ${suffix(0)} on, but ${there}; name all of them there`;
  }
  if (!wanted.some(({ number }) => images.has(number))) {
    const [{ number, written }] = wanted;
    return `its channel ${suffix(number)}, '${written}', must be there, but ${there}`;
  }
  if (label !== undefined) return undefined;
  const why = part === 'Ts' ? '; it is a test image whose truth is not here' : '';
  return `its mask 'labels${part}/${id}${fileEnding(json)}' must be there, but is not${why}`;
}

function notInFold(split: SplitName | undefined, { fold = 0 }: DatasetOptions): string | undefined {
  if (split !== undefined) return undefined;
  return `it must be in \`train\` or \`val\` of fold ${fold} of splits_final.json, but is in neither`;
}

function suffix(channel: number): string {
  return `_${String(channel).padStart(4, '0')}`;
}
