import type { Preprocessing } from '@sts-net/inference';
import {
  decodeAnyImage,
  type ReadingOptions,
  readDicomSeries,
  type Volume,
} from '@sts-net/volume-io';
import type { PredictionInput } from '../prediction/predict-case.ts';
import { HttpError } from './http-error.ts';
import type { UploadedFile } from './read-upload.ts';

/**
 * The image in files that were sent: one file, or the files of a DICOM series; of a network with named
 * channels those of each under its name as field.
 *
 * @throws HttpError 422 for fields that are no channel; Error saying what is wrong with a file
 */
export async function uploadedImage(
  files: readonly UploadedFile[],
  networks: readonly Pick<Preprocessing, 'channels'>[],
  reading: ReadingOptions,
): Promise<Omit<PredictionInput, 'id'>> {
  const channels = networks.flatMap((network) => network.channels ?? []);
  if (channels.length === 0 || files.every(({ field }) => field === '')) {
    return readOne(files, reading);
  }
  const names = [...new Set(files.map(({ field }) => field))];
  const unknown = names.find((name) => !channels.includes(name));
  if (unknown !== undefined) {
    throw new HttpError(
      422,
      `the fields must be called as the network's channels, ${[...new Set(channels)].join(', ')}, got '${unknown}'`,
    );
  }
  const read: [string, Awaited<ReturnType<typeof readOne>>][] = [];
  for (const name of names) {
    const own = files.filter(({ field }) => field === name);
    read.push([name, await readOne(own, reading)]);
  }
  const [, { flat }] = read[0]!;
  if (read.some(([, one]) => one.flat !== flat)) {
    throw new HttpError(422, 'the images of the channels must be all volumes or all 2-D');
  }
  return { image: Object.fromEntries(read.map(([name, { image }]) => [name, image])), flat };
}

async function readOne(
  files: readonly UploadedFile[],
  reading: ReadingOptions,
): Promise<{ readonly image: Volume; readonly flat: boolean }> {
  const [first, ...others] = files.map(({ bytes }) => bytes) as [Uint8Array, ...Uint8Array[]];
  return others.length === 0
    ? decodeAnyImage(first, reading)
    : { image: await readDicomSeries([first, ...others], reading), flat: false };
}
