import { join } from 'node:path';
import { listFiles } from '../files/list-files.ts';
import type { SplitName } from '../manifest/manifest-item.ts';
import type { DatasetItem, DatasetOptions, DatasetSpec, Skipped } from './dataset-spec.ts';
import { patientOf } from './patient-of.ts';

const imageFile = /(?:^|\/)ISIC-2017_(\w+?)_Data\/(ISIC_\d+)\.jpe?g$/i;
const maskFile = /(?:^|\/)ISIC-2017_(\w+?)_Part1_GroundTruth\/(ISIC_\d+)_segmentation\.png$/i;

const splits: Readonly<Record<string, SplitName | undefined>> = {
  training: 'training',
  validation: 'validation',
  test_v2: 'test',
};

/** ISIC 2017, skin lesions (Codella et al., ISBI 2018), with the challenge's own splits. */
export const isic2017: DatasetSpec = {
  description:
    'ISIC 2017, skin lesions: ISIC-2017_*_Data/ and _Part1_GroundTruth/, official splits',
  layout:
    "images such as 'ISIC-2017_Training_Data/ISIC_0000000.jpg' with 'ISIC-2017_Training_Part1_GroundTruth/ISIC_0000000_segmentation.png'",
  options: ['withoutMask', 'patient'],
  list,
};

async function* list(
  folder: string,
  { patient }: DatasetOptions,
): AsyncGenerator<DatasetItem | Skipped> {
  const files = await listFiles(folder);
  const masks = new Map<string, string>();
  for (const path of files) {
    const [, part, id] = maskFile.exec(path) ?? [];
    if (id !== undefined) masks.set(`${part}/${id}`, join(folder, path));
  }
  for (const path of files) {
    const [, part, id] = imageFile.exec(path) ?? [];
    if (part === undefined || id === undefined) continue;
    const mask = masks.get(`${part}/${id}`);
    const split = splits[part.toLowerCase()];
    const image = join(folder, path);
    if (split === undefined) yield { skipped: image, reason: `'${part}' is no split` };
    else yield { id, group: patientOf(id, patient), split, image, mask: mask ? [mask] : [] };
  }
}
