import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ReadingOptions, readVolumes, type Volume } from '@sts-net/volume-io';
import { chosenChannels, modalityNamed } from './chosen-channels.ts';
import { type DatasetJson, labelRule, readDatasetJson } from './dataset-json.ts';
import type {
  DatasetItem,
  DatasetOptions,
  DatasetSpec,
  ImageSource,
  Skipped,
} from './dataset-spec.ts';
import { uniqueIds } from './path-parts.ts';
import { patientOf } from './patient-of.ts';

/**
 * A task of the Medical Segmentation Decathlon (Antonelli et al., Nature Communications 2022):
 * `dataset.json` lists the images; where they have several modalities, these are the last axis of a
 * 4-D file.
 */
export const msd: DatasetSpec = {
  description: 'task of the Medical Segmentation Decathlon: dataset.json, imagesTr/, labelsTr/',
  layout:
    "a dataset.json that lists images and labels under `training`, as 'Task04_Hippocampus' does",
  options: ['patient', 'target', 'channel'],
  list,
};

async function* list(root: string, options: DatasetOptions): AsyncGenerator<DatasetItem | Skipped> {
  const json = await readDatasetJson(root);
  const rule = labelRule(json, options.target);
  const wanted = chosenChannels(json, options.channel);
  const { training, test = [] } = json.content;
  if (training === undefined) {
    throw new TypeError(
      `'${json.path}': must list the cases under \`training\`, as [{ "image": "./imagesTr/a.nii.gz", "label": "./labelsTr/a.nii.gz" }], got nothing`,
    );
  }
  const ids = uniqueIds(training.map(({ image }) => image.replace(/^\.\//, '')));
  for (const [i, one] of training.entries()) {
    const [image, label] = [join(root, one.image), join(root, one.label)];
    const missing = [image, label].find((path) => !existsSync(path));
    if (missing !== undefined) {
      yield { skipped: missing, reason: 'dataset.json lists it, but it is not there' };
      continue;
    }
    const readers = channelReaders(image, json);
    const named = wanted.map(({ name, number }) => [name, readers[number]!] as const);
    const several = wanted.length > 1 ? Object.fromEntries(named) : named[0]![1];
    yield {
      id: ids[i]!,
      group: patientOf(ids[i]!, options.patient),
      image: json.channels.length === 1 ? image : several,
      mask: [label],
      rule,
      modality: modalityNamed(wanted),
    };
  }
  for (const one of test) {
    const path = join(root, typeof one === 'string' ? one : one.image);
    yield { skipped: path, reason: 'it is a test image, whose truth is not given' };
  }
}

/** What read the volumes along the last axis of a file, which is read once for all of them. */
function channelReaders(path: string, { channels }: DatasetJson): readonly ImageSource[] {
  let reading: Promise<readonly Volume[]> | undefined;
  return channels.map((_, channel) => async (options: ReadingOptions) => {
    reading ??= readVolumes(path, options);
    const volumes = await reading;
    if (volumes.length === channels.length) return volumes[channel]!;
    throw new RangeError(
      `'${path}': must hold ${channels.length} channels along its last axis, ${channels.join(', ')}, as dataset.json says, got ${volumes.length}`,
    );
  });
}
