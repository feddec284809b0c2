import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ReadingOptions, readVolumes, type Volume } from '@sts-net/volume-io';
import {
  channelNumber,
  type DatasetJson,
  labelRule,
  modalityNamed,
  readDatasetJson,
} from './dataset-json.ts';
import type { DatasetItem, DatasetOptions, DatasetSpec, Skipped } from './dataset-spec.ts';
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
  const channel = channelNumber(json, options.channel);
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
    yield {
      id: ids[i]!,
      group: patientOf(ids[i]!, options.patient),
      image:
        json.channels.length === 1
          ? image
          : (reading) => readChannel(image, json, channel, reading),
      mask: [label],
      rule,
      modality: modalityNamed(json.channels[channel]!),
    };
  }
  for (const one of test) {
    const path = join(root, typeof one === 'string' ? one : one.image);
    yield { skipped: path, reason: 'it is a test image, whose truth is not given' };
  }
}

/** One of the volumes along the last axis of a file. */
async function readChannel(
  path: string,
  { channels }: DatasetJson,
  channel: number,
  reading: ReadingOptions,
): Promise<Volume> {
  const volumes = await readVolumes(path, reading);
  if (volumes.length === channels.length) return volumes[channel]!;
  throw new RangeError(
    `'${path}': must hold ${channels.length} channels along its last axis, ${channels.join(', ')}, as dataset.json says, got ${volumes.length}`,
  );
}
