import { join } from 'node:path';
import { foldName } from '../files/fold-name.ts';
import { listFiles } from '../files/list-files.ts';
import type { DatasetItem, DatasetOptions, DatasetSpec, Skipped } from './dataset-spec.ts';
import { patientOf } from './patient-of.ts';

/** `malignant/malignant (7)_mask_1.png` as kind, name and whether it is a mask. */
const file = /(?:^|\/)(?:benign|malignant|normal)\/([^/]+ \(\d+\))(_mask(?:_\d+)?)?\.png$/i;

/**
 * BUSI, breast ultrasound (Al-Dhabyani et al., Data in Brief 2020): three folders of images and their
 * masks, several of some images. BUID-S of the paper is what covers less than 5.5 % of its image.
 */
export const busi: DatasetSpec = {
  description: 'BUSI, breast ultrasound: benign/, malignant/, normal/; masks of one image united',
  layout: "images such as 'benign/benign (1).png' with 'benign/benign (1)_mask.png'",
  options: ['withoutMask', 'consensus', 'patient'],
  list,
};

async function* list(
  folder: string,
  { patient }: DatasetOptions,
): AsyncGenerator<DatasetItem | Skipped> {
  const images = new Map<string, string>();
  const masks = new Map<string, string[]>();
  for (const path of await listFiles(folder)) {
    const [, id, mask] = file.exec(path) ?? [];
    if (id === undefined) continue;
    if (mask === undefined) images.set(id, join(folder, path));
    else {
      const name = foldName(id);
      masks.set(name, [...(masks.get(name) ?? []), join(folder, path)]);
    }
  }
  for (const [id, image] of images) {
    const own = masks.get(foldName(id));
    masks.delete(foldName(id));
    yield { id, group: patientOf(id, patient), image, mask: own ?? [] };
  }
  for (const [path] of masks.values()) {
    yield { skipped: path!, reason: 'there is no image of it' };
  }
}
