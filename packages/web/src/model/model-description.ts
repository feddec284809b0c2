import type { Preprocessing } from '@sts-net/inference';
import type { NetworkDescription } from '@sts-net/model';

/** What a class is called and shown in. */
export interface ClassDescription {
  readonly name: string;
  /** Red, green, blue, 0 … 255; the background has none. */
  readonly color?: readonly [red: number, green: number, blue: number];
}

/** What is said of a model, beside its weights. Plain JSON, and nothing of any case. */
export interface ModelDescription {
  /** The network; `rebuildNetwork` of `@sts-net/model` makes it. */
  readonly network: NetworkDescription;
  /** How images become its input. */
  readonly preprocessing: Preprocessing;
  /** By their labels, the background first. */
  readonly classes: readonly ClassDescription[];
  /** From which probability on a voxel is of each class but the background. @default the most likely class */
  readonly threshold?: readonly number[];
  /** Lesions of each class but the background that are smaller are left out, mm³. @default 0 */
  readonly smallestLesion?: readonly number[];
  /** What logits are divided by. @default 1 */
  readonly temperature?: number;
}

/** The file of weights beside `model.json`. */
export interface WeightsDescription {
  /** Its name; it lies in the same folder. */
  readonly file: string;
  /** How long it is. */
  readonly bytes: number;
  /** SHA-256 of it, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** What `model.json` holds. */
export interface ModelFile extends ModelDescription {
  readonly format: typeof modelFormat;
  readonly weights: WeightsDescription;
  /** The folder beside it, with `/` at its end, in which TensorFlow.js's .wasm files lie. @default none */
  readonly wasm?: string;
}

export const modelFormat = 'sts-net web model 1' as const;

/** Of Okabe and Ito's colours, which remain distinct to colour-blind readers. */
const colors: readonly (readonly [number, number, number])[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [204, 121, 167],
  [240, 228, 66],
  [213, 94, 0],
  [0, 114, 178],
];

/**
 * The classes of a network.
 *
 * @param count at least 2, background included
 * @param targets what is known of those but the background, in their order
 */
export function describeClasses(
  count: number,
  targets: readonly {
    readonly name: string;
    readonly color?: readonly [number, number, number] | undefined;
  }[] = [],
): readonly ClassDescription[] {
  const named = Array.from({ length: count - 1 }, (_, i) => {
    const target = targets[i];
    const name = target?.name ?? (count === 2 ? 'Lesion' : `Class ${i + 1}`);
    return { name, color: target?.color ?? colors[i % colors.length]! };
  });
  return [{ name: 'Background' }, ...named];
}
