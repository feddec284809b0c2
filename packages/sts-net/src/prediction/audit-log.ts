import { digestOfChannels, imageDigest } from '@sts-net/datasets';
import { type Channels, referenceOf } from '@sts-net/inference';
import type { Volume } from '@sts-net/volume-io';
import { packageVersion } from '../program/package-version.ts';
import type { OpenPredictor } from './open-predictor.ts';

/** What became of an image. */
export interface AuditedResult {
  readonly status: 'done' | 'failed' | 'cancelled';
  /** What `inputDigest` gives; null for an image that could not be read. */
  readonly input: string | null;
  /** From when it was begun to be read to when its result was there. */
  readonly seconds: number;
}

/**
 * A log with one JSON object a line for each result: when, by what, of what and with which end. Images and
 * weights are there by their digests; no name, path, UID or date of a patient is.
 */
export class AuditLog {
  readonly #write: (line: string) => Promise<void>;
  readonly #opened: OpenPredictor;
  readonly #options: object;

  /** @param options what else decides, as JSON has it */
  constructor(write: (line: string) => Promise<void>, opened: OpenPredictor, options: object) {
    this.#write = write;
    this.#opened = opened;
    this.#options = options;
  }

  async note({ status, input, seconds }: AuditedResult): Promise<void> {
    const { asked, engine, digest } = this.#opened;
    const line = {
      time: new Date().toISOString(),
      status,
      input,
      model: await digest(),
      options: { ...asked, ...this.#options },
      versions: { 'sts-net': packageVersion(), node: process.versions.node },
      engine: engine?.name ?? 'onnxruntime',
      seconds: Math.round(1000 * seconds) / 1000,
    };
    await this.#write(`${JSON.stringify(line)}\n`);
  }
}

/** SHA-256 of an image's voxels, whatever its name and format; see `imageDigest` of `datasets`. */
export function inputDigest(image: Channels): string {
  const first = referenceOf(image);
  const volumes: readonly Volume[] = first === image ? [first] : Object.values(image);
  return digestOfChannels(volumes.map(({ voxels }) => imageDigest(voxels)));
}
