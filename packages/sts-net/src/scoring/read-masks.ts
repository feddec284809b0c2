import {
  drawnKind,
  isFlatImage,
  type ReadLabelsOptions,
  readFileOrSeries,
  readImageFile,
  readLabels,
} from '@sts-net/datasets';
import {
  type LabelRule,
  labelCounts,
  labelsOf,
  type ReadingOptions,
  readDicomGrid,
  readDicomInfo,
  type Volume,
  type WrongKind,
} from '@sts-net/volume-io';
import { type IgnoredVoxels, labelsIn, leaveOutIgnored } from './label-masks.ts';

/** What the files of masks hold. */
export interface MaskOptions {
  /**
   * The numbers that are the target, together; `'all'` are those above 0.
   * @default each number by itself
   */
  readonly label?: 'all' | readonly number[] | undefined;
  /** The number that marks voxels of the truth on which nothing counts. @default none */
  readonly ignore?: number | undefined;
  /** From where on predictions are the target, if they hold probabilities. @default they hold labels */
  readonly threshold?: number | undefined;
  /** The same of the truth. */
  readonly truthThreshold?: number | undefined;
  /**
   * Of DICOM segmentations and structure sets, the number or label of what is scored; `'each'` is every segment as
   * the label of its number. @default the only one
   */
  readonly segment?: string | undefined;
  /** The same of the truth, if it is called otherwise there. */
  readonly truthSegment?: string | undefined;
  /** The image, or the folder of the series, that all was drawn on. @default the masks tell where they lie */
  readonly image?: string | undefined;
}

/** The files of a case. */
export interface CaseMaskFiles {
  readonly truth: string;
  readonly predictions: readonly string[];
}

/** The masks of a case on the grid of its truth, in C order. */
export interface CaseMasks {
  readonly truth: Volume<Uint8Array>;
  readonly predictions: readonly Volume<Uint8Array>[];
  /** The labels to score, each by itself; without any, all above 0 as one. */
  readonly labels: readonly number[];
  /** Whether what is above 0 is one target, whatever it is called. */
  readonly isOneTarget: boolean;
  /** Undefined where no label is to be ignored. */
  readonly ignored: IgnoredVoxels | undefined;
  /** Whether the masks are pictures, whose pixels have no size, so that distances are in pixels. */
  readonly inPixels: boolean;
}

export interface ReadMasksOptions extends MaskOptions {
  /** What errors say before the path. @default nothing */
  readonly prefix?: string;
  /** Called if several numbers of a mask are one target that nobody has asked for. */
  readonly onSeveral?: (text: string) => void;
  /** Called with what is odd about a file but no error. */
  readonly onWarning?: (text: string) => void;
}

/**
 * Reads the masks of a case by the one rule for labels, and brings them to one grid: that of the image if
 * it is given, of the truth, or where that is drawn, of a prediction or of all that was drawn.
 *
 * @throws Error naming the file and the option that would do, if it holds no labels or lies elsewhere
 */
export async function readMasks(
  { truth: truthPath, predictions: paths }: CaseMaskFiles,
  { prefix = '', onSeveral, onWarning, ...options }: ReadMasksOptions = {},
): Promise<CaseMasks> {
  const { label, ignore, threshold, truthThreshold, segment } = options;
  const all = [truthPath, ...paths];
  const kinds = await Promise.all(all.map(drawnKind));
  const drawn = kinds.map((kind) => kind !== undefined);
  await warnOfPatients(
    all.filter((_, i) => drawn[i]),
    prefix,
    onWarning,
  );
  // What is drawn or has a threshold is one target, unless each segment is wanted.
  const segmentOf = (i: number) => (i === 0 ? (options.truthSegment ?? segment) : segment);
  const isOnly = drawn.map((is, i) => is && segmentOf(i) !== 'each');
  const isOne = threshold !== undefined || truthThreshold !== undefined || isOnly.includes(true);
  const target = label ?? (isOne ? 'all' : undefined);
  const read = async (i: number, own: Soft, place: Partial<ReadLabelsOptions>) => {
    const words = { subject: `${prefix}'${all[i]}'`, remedy: cure(own.option) };
    const rule = isOnly[i] ? labelRule('all', undefined, words) : labelRule(target, ignore, words);
    const labels = await readLabels(
      all[i]!,
      own.threshold === undefined ? rule : { threshold: own.threshold },
      {
        ...words,
        ...place,
        onWarning: label === undefined ? onSeveral : undefined,
        reading: { onWarning },
      },
    );
    // In C order, whatever that of the file.
    return labelsOf(labels);
  };
  const grid = await gridOf(all, kinds, options.image, { onWarning });
  const truth = await read(
    0,
    { option: 'truthThreshold', threshold: truthThreshold },
    {
      like: grid?.volume,
      reference: grid?.name ?? '',
      segment: segmentOf(0),
    },
  );
  const predictions: Volume<Uint8Array>[] = [];
  for (const i of paths.keys()) {
    const reference = 'the truth';
    const place = { like: truth, reference, placeless: isFlatImage(truthPath), segment };
    predictions.push(await read(i + 1, { option: 'threshold', threshold }, place));
  }
  // Before labels are looked for: what is ignored is none.
  const ignored = ignore === undefined ? undefined : leaveOutIgnored(truth, predictions);
  return {
    truth,
    predictions,
    labels:
      target === undefined ? labelsIn([truth, ...predictions].map(({ voxels }) => voxels)) : [],
    isOneTarget: target !== undefined,
    ignored,
    inPixels: isFlatImage(truthPath),
  };
}

/** Says which files were drawn on another patient than the first; who they are stays in the files. */
async function warnOfPatients(
  paths: readonly string[],
  prefix: string,
  onWarning: ReadMasksOptions['onWarning'],
): Promise<void> {
  if (onWarning === undefined) return;
  const patients = await Promise.all(
    paths.map(async (path) => (await readDicomInfo(path))?.patient.id ?? ''),
  );
  const first = patients.findIndex((id) => id !== '');
  for (const [i, id] of patients.entries()) {
    if (id === '' || id === patients[first]) continue;
    onWarning(
      `${prefix}'${paths[i]}' and '${paths[first]}' say that they are of different patients (PatientID)`,
    );
  }
}

/** The option by which probabilities are the target, and what it says. */
interface Soft {
  readonly option: 'threshold' | 'truthThreshold';
  readonly threshold: number | undefined;
}

/** The grid that the truth is to be read on, if it is not its own. */
async function gridOf(
  paths: readonly string[],
  kinds: readonly Awaited<ReturnType<typeof drawnKind>>[],
  image: string | undefined,
  reading: ReadingOptions,
): Promise<{ readonly volume: Volume; readonly name: string } | undefined> {
  if (image !== undefined)
    return { volume: await readFileOrSeries(image, reading), name: 'the image' };
  if (kinds[0] === undefined) return undefined;
  const whole = paths.find((_, i) => kinds[i] === undefined);
  if (whole !== undefined) return { volume: await readImageFile(whole), name: 'the prediction' };
  if (kinds.includes('SEG')) {
    return { volume: await readDicomGrid(paths), name: 'the segmentations' };
  }
  throw new RangeError(
    `'${paths.join("', '")}' hold contours, which have no voxels of their own; give the \`image\` that they were drawn on`,
  );
}

type RuleWords = Parameters<typeof labelCounts>[1];

function labelRule(
  label: MaskOptions['label'],
  ignore: number | undefined,
  words: RuleWords,
): LabelRule | ((mask: Volume) => LabelRule) {
  const left = ignore === undefined ? {} : { ignore };
  if (label === 'all') return { labels: 'nonzero', ...left };
  if (label !== undefined) return { labels: label, ...left };
  return (mask) => {
    const numbers = [...labelCounts(mask, words).keys()].filter((n) => n !== 0 && n !== ignore);
    checkAreLabels(mask, numbers.length, words);
    const [only, ...others] = numbers;
    // White in 8 or 16 bit, alone, is how pictures say 1.
    if (others.length === 0 && (only === 255 || only === 65535)) {
      return { labels: 'nonzero', ...left };
    }
    return ignore === undefined ? 'whole' : { classes: 255, ignore };
  };
}

/** Labels from which on a mask is looked at twice. */
const manyLabels = 20;

/**
 * What has many numbers, most of which differ from the voxel before, is no mask but an image: each number would be
 * scored by itself.
 *
 * @throws RangeError naming the file
 */
function checkAreLabels({ voxels }: Volume, count: number, { subject }: RuleWords = {}): void {
  if (count < manyLabels) return;
  const [slices, rows, columns] = voxels.shape as [number, number, number];
  let [held, differ] = [0, 0];
  for (let s = 0; s < slices; s++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 1; c < columns; c++) {
        const value = voxels.get(s, r, c);
        if (value === 0) continue;
        held++;
        if (value !== voxels.get(s, r, c - 1)) differ++;
      }
    }
  }
  if (differ * 2 < held) return;
  throw new RangeError(
    `${subject ?? 'the mask'} must hold labels, but holds ${count} different numbers, most of them beside another one, as an image does; take the mask, or give \`label\` with the numbers that are to be scored`,
  );
}

/** The option that would do about a mask that holds no labels. */
function cure(threshold: keyof MaskOptions): (kind: WrongKind, value: number) => string {
  return (kind, value) =>
    ({
      'no number': `give voxels without a number one first, or \`${threshold}\`, by which they are background`,
      fraction: `give \`${threshold}\`, from where on probabilities or a soft mask are the target`,
      negative: `give \`ignore\` ${value} if it marks voxels on which nothing counts`,
      unknown: 'give `label` with the numbers that are to be scored',
    })[kind];
}
