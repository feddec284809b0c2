import {
  type Case,
  filesOf,
  imageDigest,
  isFlatImage,
  type ReadLabelsOptions,
  readImageFile,
  readLabels,
} from '@sts-net/datasets';
import { type LabelRule, labelsOf, type Volume } from '@sts-net/volume-io';

/** What is said of a mask that holds no labels. */
type LabelWords = Pick<ReadLabelsOptions, 'subject' | 'remedy' | 'onWarning'>;

/** Where the images and masks of cases come from. */
export interface CaseReader {
  image(one: Case): Promise<Volume>;
  labels(one: Case, rule: LabelRule, words: LabelWords): Promise<Volume<Uint8Array>>;
  /** Whether image or mask is of two dimensions, whose slices are channels and which has no place. */
  isFlat(one: Case): { readonly image: boolean; readonly mask: boolean };
}

/** Reads the files that the cases name. */
export const fileReader: CaseReader = {
  image: async (one) => readImageFile(onlyFile(one)),
  labels: ({ mask }, rule, words) => readLabels(mask, rule, words),
  isFlat: ({ image, mask }) => ({
    image: isFlatImage(filesOf(image)[0]),
    mask: isFlatImage(mask),
  }),
};

function onlyFile({ id, image }: Case): string {
  if (typeof image === 'string') return image;
  const names = Object.keys(image).map((name) => `'${name}'`);
  throw new RangeError(
    `case '${id}': a network takes images of one file so far, got the channels ${names.join(', ')}; name the file of one of them as the image`,
  );
}

/** A case in memory. */
export interface SourceCase {
  /** Unique. */
  readonly id: string;
  /** Patient. @default the id */
  readonly group?: string;
  /** A volume, or a 2-D image whose slices are its colours. */
  readonly image: Volume;
  /** Labels on the grid of the image; of a 2-D image one slice. */
  readonly mask: Volume;
}

/** Cases in memory, or whatever gives them one after the other; asked once. */
export type CaseSource = Iterable<SourceCase> | AsyncIterable<SourceCase>;

/** The cases of a source, which have no files, and what reads them. */
export async function casesInMemory(
  source: CaseSource,
): Promise<{ readonly cases: readonly Case[]; readonly reader: CaseReader }> {
  const known = new Map<string, SourceCase>();
  const cases: Case[] = [];
  for await (const one of source) {
    const { id, group = id } = one;
    if (known.has(id)) {
      throw new RangeError(`source: ids must be unique, '${id}' occurs twice; rename one`);
    }
    known.set(id, one);
    cases.push({ id, group, image: '', mask: '', digest: imageDigest(one.image.voxels) });
  }
  const of = ({ id }: Case) => known.get(id)!;
  return {
    cases,
    reader: {
      image: async (one) => of(one).image,
      labels: async (one, rule, words) => labelsOf(of(one).mask, rule, words),
      isFlat: () => ({ image: false, mask: false }),
    },
  };
}
