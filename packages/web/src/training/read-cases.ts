import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Case, SplitName } from '@sts-net/datasets/any-runtime';
import type { CaseReader } from '@sts-net/experiment/batches';
import { isVolume } from '@sts-net/inference';
import { labelsOf, type Volume } from '@sts-net/volume-io';
import type { PlainImage, PlainInput } from '../files/image-source.ts';
import { readInput } from '../files/read-input.ts';
import { readMask } from '../files/read-mask.ts';

/** A case to train or validate with, as it crosses to a worker. */
export interface PlainCase {
  readonly id: string;
  /** Patient. */
  readonly group: string;
  readonly image: PlainInput;
  readonly mask: PlainImage;
}

/** What a case held when a run began. */
export interface CaseRecord {
  readonly id: string;
  readonly group: string;
  readonly split: SplitName;
  /** SHA-256 over the voxels of the image, or over those of its channels. */
  readonly image: string;
  /** SHA-256 over the voxels of the mask. */
  readonly mask: string;
}

/** Cases in the terms of `@sts-net/experiment`, and what reads them. */
export interface ReadCases {
  readonly cases: readonly Case[];
  readonly reader: CaseReader;
  readonly records: readonly Omit<CaseRecord, 'split'>[];
}

/** How reading is watched. */
export interface ReadCasesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told after each case. */
  readonly onRead: (done: number, total: number) => void;
  /** Told what is odd about a file but no error. */
  readonly onWarning: (message: string) => void;
}

/**
 * Reads every case once, for what it holds; afterwards cases are read when they are asked for.
 *
 * @throws RangeError for a name that occurs twice; Error naming a file that cannot be read
 */
export async function readCases(
  plain: readonly PlainCase[],
  { signal, onRead, onWarning }: ReadCasesOptions,
): Promise<ReadCases> {
  const known = new Map<string, PlainCase>();
  const flat = new Map<string, ReturnType<CaseReader['isFlat']>>();
  const cases: Case[] = [];
  const records: Omit<CaseRecord, 'split'>[] = [];
  for (const one of plain) {
    const { id, group } = one;
    if (known.has(id)) {
      throw new RangeError(
        `\`trainInWorker\`: the ids of cases must be unique, '${id}' occurs twice; rename one`,
      );
    }
    known.set(id, one);
    const image = await readInput(one.image, { onWarning, subject: `the image of case '${id}'` });
    const mask = await readMask(one.mask, `the mask of case '${id}'`, onWarning);
    flat.set(id, { image: image.flat, mask: mask.flat });
    const volumes = isVolume(image.image)
      ? [['', image.image] as const]
      : Object.entries(image.image);
    const digest = digestOf(...volumes.map(([, volume]) => volume));
    const files = isVolume(image.image)
      ? ''
      : Object.fromEntries(volumes.map(([name]) => [name, '']));
    cases.push({ id, group, image: files, mask: '', digest });
    records.push({ id, group, image: digest, mask: digestOf(mask.mask) });
    onRead(cases.length, plain.length);
    signal?.throwIfAborted();
  }
  const of = ({ id }: Case) => known.get(id)!;
  return {
    cases,
    records,
    reader: {
      image: async (one, channels) =>
        (await readInput(needed(of(one).image, channels), { subject: `case '${one.id}'` })).image,
      labels: async (one, rule, words) => {
        const { mask } = await readMask(of(one).mask, `the mask of case '${one.id}'`, () => {});
        return labelsOf(mask, rule, words);
      },
      isFlat: ({ id }) => flat.get(id)!,
    },
  };
}

/** The channels that are asked for; the first is read for its grid. */
function needed(image: PlainInput, names: readonly string[] | undefined): PlainInput {
  if (!('channels' in image)) return image;
  const channels = Object.entries(image.channels).filter(
    ([name], i) => i === 0 || names?.includes(name) !== false,
  );
  return { channels: Object.fromEntries(channels) };
}

/** SHA-256 over shapes and voxels, as float32. */
function digestOf(...volumes: readonly Volume[]): string {
  const hash = sha256.create();
  for (const { voxels } of volumes) {
    const { data, shape, stride, offset } = voxels;
    const [slices, rows, columns] = shape as [number, number, number];
    const [sliceStride, rowStride, columnStride] = stride as [number, number, number];
    hash.update(utf8ToBytes(`${shape.join('×')}\n`));
    const plane = new Float32Array(rows * columns);
    for (let slice = 0; slice < slices; slice++) {
      for (let row = 0, to = 0; row < rows; row++) {
        let at = offset + slice * sliceStride + row * rowStride;
        for (let column = 0; column < columns; column++, at += columnStride) {
          plane[to++] = data[at]!;
        }
      }
      hash.update(new Uint8Array(plane.buffer));
    }
  }
  return bytesToHex(hash.digest());
}
