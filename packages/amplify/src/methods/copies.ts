import type { LendOptions } from '../image/lend.ts';
import type { Box } from '../lesion/box.ts';
import { centerCrop, checkHalfSize } from '../operations/center-crop.ts';
import { flipHorizontal, flipVertical } from '../operations/flip.ts';
import { checkMargin, marginCrop } from '../operations/margin-crop.ts';
import { randomOf } from '../random/random.ts';
import { sampleSize } from '../sample/check-sample.ts';
import type { Sample } from '../sample/sample.ts';
import { type AmplificationMethod, checkMethod } from './area-limit.ts';

/** A sample and, for a copy, how it was made. */
export interface AmplifiedSample extends Sample {
  /** What the end of the copy's id says, for example `A3`. */
  readonly operation?: string;
  /** What was cut out, of the flipped image where the operation flips. */
  readonly box?: Box;
}

/** Which copies there are, and how they are made. */
export interface CopyOptions extends LendOptions {
  /** 1, 2 and 4: four standard copies; 3: eight. 4: a centre crop as well. */
  readonly method: AmplificationMethod;
  /** The fifteen copies of the authors' code in place of the method's standard ones. @default false */
  readonly extended?: boolean;
  /** What is drawn depends on this and the sample's id alone. @default 0 */
  readonly seed?: number;
  /** See `MarginCropOptions`. @default 50 / 480 */
  readonly margin?: number;
  /** See `CenterCropOptions`. @default [150 / 480, 160 / 480] */
  readonly halfSize?: readonly [smallest: number, largest: number];
}

/** How a copy is made; `undefined` where there is none of this sample. */
export type CopyOperation = (sample: Sample) => AmplifiedSample | undefined;

/** Margins 75, 100, 125 and 25 in the authors' code, where the standard one is 50. */
const EXTENDED_MARGINS = [1.5, 2, 2.5, 0.5];

/**
 * The operations by which a method amplifies, in order: `A1`, `A2`, … and for method 4 `C`. See
 * `amplify` for what they do.
 * @throws {RangeError} if an option is out of range
 */
export function copyNames(options: Pick<CopyOptions, 'method' | 'extended'>): readonly string[] {
  return [...copyOperations('copyNames', options).keys()];
}

/**
 * One of the copies that `amplify` makes of a sample, without the others and whatever its lesion's
 * area (see `isAmplified`).
 * @param operation one of `copyNames(options)`
 * @returns `undefined` for a centre crop that would be empty
 * @throws {RangeError} if an option is out of range, there is no such operation, or image and mask
 *   differ in size
 */
export function amplifiedCopy(
  sample: Sample,
  operation: string,
  options: CopyOptions,
): AmplifiedSample | undefined {
  const operations = copyOperations('amplifiedCopy', options);
  const make = operations.get(operation);
  if (make === undefined) {
    const { method, extended = false } = options;
    throw new RangeError(
      `\`amplifiedCopy\`: \`operation\` must be one of ${[...operations.keys()].join(', ')} for method ${method}${extended ? ', extended' : ''}, got '${operation}'`,
    );
  }
  sampleSize('amplifiedCopy', sample);
  return make(sample);
}

/** The operations of `copyNames` on behalf of the function that `subject` names. */
export function copyOperations(
  subject: string,
  { method, extended = false, seed = 0, margin = 50 / 480, halfSize, lend }: CopyOptions,
): ReadonlyMap<string, CopyOperation> {
  checkMethod(subject, method);
  checkMargin(subject, margin, extended ? 0.5 / Math.max(...EXTENDED_MARGINS) : 0.5);
  if (halfSize !== undefined) checkHalfSize(subject, halfSize);
  const operations = standardOperations(method, extended, { margin, lend }).map(
    (operation, index) => [`A${index + 1}`, operation] as const,
  );
  const center: CopyOperation = (sample) => {
    const random = randomOf(`${seed}:${sample.id}`);
    return centerCrop(sample, { random, lend, ...(halfSize && { halfSize }) });
  };
  const all = method === 4 ? [...operations, ['C', center] as const] : operations;
  return new Map(
    all.map(([name, operation]) => [name, (sample) => named(operation(sample), name)]),
  );
}

function named(copy: AmplifiedSample | undefined, operation: string): AmplifiedSample | undefined {
  return copy && { ...copy, id: `${copy.id}_${operation}`, operation };
}

function standardOperations(
  method: AmplificationMethod,
  extended: boolean,
  options: { readonly margin: number } & LendOptions,
): CopyOperation[] {
  const crop = (sample: Sample) => marginCrop(sample, options);
  const four: CopyOperation[] = [
    flipVertical,
    flipHorizontal,
    crop,
    (sample) => crop(flipHorizontal(sample)),
  ];
  if (method !== 3 && !extended) return four;
  const seven: CopyOperation[] = [
    ...four,
    (sample) => crop(flipVertical(sample)),
    (sample) => marginCrop(flipVertical(sample), { ...options, sides: 'rows' }),
    (sample) => marginCrop(flipVertical(sample), { ...options, sides: 'columns' }),
  ];
  if (!extended) return [...seven, (sample) => crop(flipHorizontal(flipVertical(sample)))];
  const further = EXTENDED_MARGINS.flatMap((times): CopyOperation[] => {
    const wider = { ...options, margin: times * options.margin };
    return [
      (sample) => marginCrop(sample, wider),
      (sample) => marginCrop(flipHorizontal(sample), wider),
    ];
  });
  return [...seven, ...further];
}
