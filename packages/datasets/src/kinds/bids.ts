import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../files/file-error.ts';
import { listFiles } from '../files/list-files.ts';
import { type BidsFile, belongs, bidsFilter, kindOf, parseBids } from './bids-names.ts';
import type { DatasetItem, DatasetOptions, DatasetSpec, Skipped } from './dataset-spec.ts';
import { uniqueIds } from './path-parts.ts';
import { patientOf } from './patient-of.ts';

/** `msk` is that of ISLES'22. */
const maskSuffix = /^(mask|dseg|msk|roi)$/;

/**
 * The Brain Imaging Data Structure (Gorgolewski et al., Scientific Data 2016): images of any subject and
 * session, masks under `derivatives` or beside them. Patients are the subjects.
 */
export const bids: DatasetSpec = {
  description:
    'BIDS: sub-*/[ses-*/]anat/, masks (_mask, _dseg) in derivatives/ or beside the images',
  layout:
    "images such as 'sub-01/anat/sub-01_FLAIR.nii.gz' with 'derivatives/manual/sub-01/anat/sub-01_label-lesion_mask.nii.gz'",
  options: ['image', 'mask', 'withoutMask', 'consensus', 'patient'],
  list,
};

async function* list(root: string, options: DatasetOptions): AsyncGenerator<DatasetItem | Skipped> {
  const files = (await listFiles(root)).flatMap((path) => parseBids(path) ?? []);
  const isDerived = ({ path }: BidsFile) => /(^|\/)(derivatives|sourcedata)\//.test(path);
  const isMask = ({ suffix }: BidsFile) => maskSuffix.test(suffix);
  const images = ofOneKind(
    files.filter((file) => !isMask(file) && !isDerived(file)),
    'image',
    options,
  );
  const masks = ofOneKind(files.filter(isMask), 'mask', options);
  const participants = await readParticipants(root);
  const masksOf = new Map<BidsFile, string[]>(images.map((image) => [image, []]));
  for (const mask of masks) {
    const found = images.filter((image) => belongs(mask, image));
    if (found.length === 1) masksOf.get(found[0]!)!.push(join(root, mask.path));
    else yield { skipped: join(root, mask.path), reason: unclear(found) };
  }
  const ids = uniqueIds(images.map(({ path }) => path));
  for (const [i, image] of images.entries()) {
    const id = ids[i]!;
    const subject = `sub-${image.entities.get('sub')}`;
    if (participants !== undefined && !participants.has(subject)) {
      const reason = `its '${subject}' must be in participants.tsv, but is not; add a line`;
      yield { skipped: join(root, image.path), reason };
      continue;
    }
    const group = options.patient === undefined ? subject : patientOf(id, options.patient);
    yield { id, group, image: join(root, image.path), mask: masksOf.get(image)! };
  }
  const shown = new Set(images.map(({ entities }) => `sub-${entities.get('sub')}`));
  for (const subject of participants ?? []) {
    if (shown.has(subject)) continue;
    const reason = `it lists '${subject}', of whom no such image is here`;
    yield { skipped: join(root, 'participants.tsv'), reason };
  }
}

/**
 * Those files that the option describes; without it all, if they are of one kind.
 *
 * @throws RangeError listing the kinds that there are
 */
function ofOneKind(
  files: readonly BidsFile[],
  option: 'image' | 'mask',
  options: DatasetOptions,
): readonly BidsFile[] {
  const wanted = options[option];
  const kinds = [...new Set(files.map(kindOf))].sort();
  const list = kinds.map((kind) => `'${kind}'`).join(', ') || 'none';
  if (wanted === undefined) {
    if (kinds.length <= 1) return files;
    throw new RangeError(
      `a case is one image with one mask, but there are several kinds of ${option}s, ${list}; choose by \`${option}\`, which may leave out parts, as '${kinds.at(-1)!.replace(/^.*[/_]/, '')}'`,
    );
  }
  const found = files.filter(bidsFilter(wanted));
  if (found.length > 0) return found;
  throw new RangeError(
    `\`${option}\` must be entities and suffix of files that are there, of ${list}, got '${wanted}'`,
  );
}

function unclear(found: readonly BidsFile[]): string {
  if (found.length === 0) return 'there is no image of its subject, session and acquisition';
  const [one, other] = found;
  return `two images may be its own, ${one!.path} and ${other!.path}; choose one by \`image\``;
}

/** The subjects that `participants.tsv` lists, as `sub-01`; `undefined` where there is no such file. */
async function readParticipants(root: string): Promise<ReadonlySet<string> | undefined> {
  const path = join(root, 'participants.tsv');
  if (!existsSync(path)) return undefined;
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw fileError(path, 'read', cause);
  });
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const column = header.split('\t').indexOf('participant_id');
  if (column === -1) {
    throw new RangeError(
      `'${path}': must have a column \`participant_id\`, separated by tabs, got '${header.slice(0, 60)}'`,
    );
  }
  const names = lines.flatMap((line) => line.split('\t')[column]?.trim() || []);
  return new Set(names.map((name) => (name.startsWith('sub-') ? name : `sub-${name}`)));
}
