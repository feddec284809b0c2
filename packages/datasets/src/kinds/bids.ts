import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../files/file-error.ts';
import { listFiles } from '../files/list-files.ts';
import type { ImageFiles } from '../manifest/image-files.ts';
import { type BidsImage, imagesOf, imagesOfChannels, type UnclearFiles } from './bids-images.ts';
import { type BidsFile, belongs, bidsFilter, kindOf, parseBids } from './bids-names.ts';
import type { DatasetItem, DatasetOptions, DatasetSpec, Skipped } from './dataset-spec.ts';
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
  const listed = findImages(
    files.filter((file) => !isMask(file) && !isDerived(file)),
    options.image,
  );
  const images: BidsImage[] = [];
  for (const one of listed) {
    if ('id' in one) images.push(one);
    else yield { skipped: join(root, one.files[0].path), reason: unclearChannel(one) };
  }
  const masks = ofOneKind(files.filter(isMask), 'mask', options.mask);
  const participants = await readParticipants(root);
  const masksOf = new Map<BidsImage, string[]>(images.map((image) => [image, []]));
  for (const mask of masks) {
    const found = images.filter((image) => image.files.some((file) => belongs(mask, file)));
    if (found.length === 1) masksOf.get(found[0]!)!.push(join(root, mask.path));
    else yield { skipped: join(root, mask.path), reason: unclear(found) };
  }
  for (const image of images) {
    const { id, channels } = image;
    const subject = subjectOf(image.files[0]);
    const paths = image.files.map(({ path }) => join(root, path));
    if (participants !== undefined && !participants.has(subject)) {
      const reason = `its '${subject}' must be in participants.tsv, but is not; add a line`;
      yield { skipped: paths[0]!, reason };
      continue;
    }
    const group = options.patient === undefined ? subject : patientOf(id, options.patient);
    const named = Object.fromEntries(channels.map((name, i) => [name, paths[i]!]));
    yield { id, group, image: channels.length > 0 ? named : paths[0]!, mask: masksOf.get(image)! };
  }
  const shown = new Set(listed.map(({ files: [first] }) => subjectOf(first)));
  for (const subject of participants ?? []) {
    if (shown.has(subject)) continue;
    const reason = `it lists '${subject}', of whom no such image is here`;
    yield { skipped: join(root, 'participants.tsv'), reason };
  }
}

function subjectOf({ entities }: BidsFile): string {
  return `sub-${entities.get('sub')}`;
}

function findImages(
  files: readonly BidsFile[],
  wanted: ImageFiles | undefined,
): readonly (BidsImage | UnclearFiles)[] {
  if (typeof wanted !== 'object') return imagesOf(ofOneKind(files, 'image', wanted));
  const channels = Object.entries(wanted).map(([name, text]) => {
    const own = new Set(ofOneKind(files, 'image', text));
    return [name, (file: BidsFile) => own.has(file)] as const;
  });
  return imagesOfChannels(files, new Map(channels));
}

/**
 * Those files that the option describes; without it all, if they are of one kind.
 *
 * @throws RangeError listing the kinds that there are
 */
function ofOneKind(
  files: readonly BidsFile[],
  option: 'image' | 'mask',
  wanted: string | undefined,
): readonly BidsFile[] {
  const kinds = [...new Set(files.map(kindOf))].sort();
  const list = kinds.map((kind) => `'${kind}'`).join(', ') || 'none';
  if (wanted === undefined) {
    if (kinds.length <= 1) return files;
    const channels = option === 'image' ? ', or name several as its channels' : '';
    throw new RangeError(
      `a case is one image with one mask, but there are several kinds of ${option}s, ${list}; choose by \`${option}\`, which may leave out parts, as '${kinds.at(-1)!.replace(/^.*[/_]/, '')}'${channels}`,
    );
  }
  const found = files.filter(bidsFilter(wanted));
  if (found.length > 0) return found;
  throw new RangeError(
    `\`${option}\` must be entities and suffix of files that are there, of ${list}, got '${wanted}'`,
  );
}

function unclear(found: readonly BidsImage[]): string {
  if (found.length === 0) return 'there is no image of its subject, session and acquisition';
  const [one, other] = found.map(({ files: [{ path }] }) => path);
  return `two images may be its own, ${one} and ${other}; choose one by \`image\``;
}

function unclearChannel({ channel, files: [one, other] }: UnclearFiles): string {
  return `two images of its session may be its channel '${channel}', ${one.path} and ${other.path}; choose one by \`image\``;
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
