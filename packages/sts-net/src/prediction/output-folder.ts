import { appendFile, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, writeFileAtomic } from '@sts-net/datasets/files';
import type { ListedLesion } from '@sts-net/inference';
import { writeVolume } from '@sts-net/volume-io';
import { writeLabelImage } from './label-image.ts';
import type { CasePrediction } from './predict-case.ts';
import { type QuantityOutput, writeQuantities } from './write-quantities.ts';

/** What a folder's predictions were made by. */
export interface Maker {
  /** `digest` of the predictor. */
  readonly model: string;
  /** What else decides what is written, as JSON. */
  readonly options: string;
}

/** What is kept of each prediction beside its labels. Names the case by its id alone. */
interface PredictionRecord extends Maker {
  readonly id: string;
  readonly lesions: readonly ListedLesion[];
  /** Names of the files beside this one. */
  readonly files: readonly string[];
}

/**
 * A folder of predictions: `ID.nii.gz` or, of a 2-D image, `ID.png` with the labels; where wanted,
 * `ID_probability.nii.gz`, of several classes `ID_probability-1.nii.gz`, …, `ID_entropy.nii.gz` and
 * `ID_disagreement.nii.gz`; and `ID.json` with the lesions, which is written last and says that the prediction is complete. Bad inputs are in `failures.jsonl`. Any
 * number of processes may write there.
 */
export class OutputFolder {
  readonly path: string;
  readonly #maker: Maker;

  constructor(path: string, maker: Maker) {
    this.path = path;
    this.#maker = maker;
  }

  /** Makes the folder. */
  async prepare(): Promise<void> {
    await mkdir(this.path, { recursive: true }).catch((cause) => {
      throw fileError(this.path, 'make the folder', cause);
    });
  }

  /**
   * Whether the prediction is there and complete.
   *
   * @throws RangeError if one is there that another model or other options made
   */
  async has(id: string): Promise<boolean> {
    const record = await this.#recordOf(id);
    if (record === undefined) return false;
    const { model, options } = this.#maker;
    if (record.model !== model || record.options !== options) {
      const what = record.model === model ? 'other options' : 'another model';
      throw new RangeError(
        `'${this.path}' holds predictions of ${what}, of '${id}' for one; choose another folder`,
      );
    }
    const there = await Promise.all(
      record.files.map((file) =>
        stat(join(this.path, file)).then(
          () => true,
          () => false,
        ),
      ),
    );
    return there.every(Boolean);
  }

  /** Writes a prediction; its record last. */
  async write(
    id: string,
    prediction: CasePrediction,
    { flat, ...output }: { readonly flat: boolean } & QuantityOutput,
  ): Promise<void> {
    const { classes, labels, lesions } = prediction;
    const files = [flat ? `${id}.png` : `${id}.nii.gz`];
    const base = join(this.path, id);
    if (flat) await writeLabelImage(`${base}.png`, labels.voxels.pick(0, null, null), classes);
    else await writeVolume(`${base}.nii.gz`, labels);
    const names = await writeQuantities(base, '.nii.gz', prediction, output);
    files.push(...names.map((name) => `${id}_${name}.nii.gz`));
    const record: PredictionRecord = { id, ...this.#maker, files, lesions: lesions() };
    await writeFileAtomic(`${base}.json`, `${JSON.stringify(record, null, 2)}\n`);
  }

  /** Notes an input that cannot be predicted, once. */
  async fail(id: string, reason: string): Promise<void> {
    const path = join(this.path, 'failures.jsonl');
    const line = `${JSON.stringify({ id, error: reason })}\n`;
    const before = await readFile(path, 'utf8').catch(() => '');
    if (before.split('\n').includes(line.trimEnd())) return;
    // Short lines that are appended do not mix, whoever else writes.
    await appendFile(path, line).catch((cause) => {
      throw fileError(path, 'write', cause);
    });
  }

  async #recordOf(id: string): Promise<PredictionRecord | undefined> {
    const text = await readFile(join(this.path, `${id}.json`), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as PredictionRecord;
    } catch {
      throw new RangeError(
        `'${join(this.path, `${id}.json`)}' must be what an earlier prediction left, got something else; choose another folder`,
      );
    }
  }
}
