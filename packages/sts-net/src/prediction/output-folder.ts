import { mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, writeFileAtomic } from '@sts-net/datasets/files';
import type { Decision, ListedLesion } from '@sts-net/inference';
import type { Volume } from '@sts-net/volume-io';
import { algorithmOf } from './algorithm-of.ts';
import { appendTo } from './append-to.ts';
import { type LabelFormat, labelFormats, whyNotIn, writeLabels } from './label-formats.ts';
import type { OpenPredictor } from './open-predictor.ts';
import type { CasePrediction } from './predict-case.ts';
import { type QuantityOutput, writeQuantities } from './write-quantities.ts';

/** What is kept of predictions. */
export interface KeptOptions extends QuantityOutput {
  /** How probabilities become labels. @default the most likely class */
  readonly decision?: Decision;
  /** Of the labels. @default nii.gz, of 2-D images png */
  readonly format?: LabelFormat;
}

/** What is kept by default, and what options say. */
export function keptOf(options: KeptOptions): KeptOptions {
  const { decision = {}, format, probabilities = false, uncertainty = false } = options;
  const { probabilitiesType } = options;
  return {
    ...{ decision, probabilities, uncertainty },
    ...(probabilitiesType !== undefined && { probabilitiesType }),
    ...(format !== undefined && { format }),
  };
}

/** What an image was, beside its prediction. */
export interface PredictedImage {
  /** Of several channels the first. */
  readonly image: Volume;
  readonly flat: boolean;
  /** SHA-256 of its voxels. */
  readonly digest: string;
  /** Tells when its files have changed. @default they do not */
  readonly seal?: string | undefined;
}

/** What is kept of each prediction beside its labels. Names the case by its id alone. */
interface PredictionRecord {
  readonly id: string;
  readonly input: string;
  readonly seal?: string;
  /** `digest` of the predictor. */
  readonly model: string;
  /** What else decides what is written, as JSON. */
  readonly options: string;
  /** Names of the files beside this one. */
  readonly files: readonly string[];
  readonly lesions: readonly ListedLesion[];
}

/**
 * A folder of predictions: `ID.nii.gz` with the labels, or `ID.png` of a 2-D image, or what `format` says;
 * where wanted, `ID_probability.nii.gz`, of several classes `ID_probability-1.nii.gz`, …, `ID_entropy.nii.gz` and
 * `ID_disagreement.nii.gz`; and `ID.json` with the lesions, which is written last and says that the prediction is complete. Bad inputs are in
 * `failures.jsonl`. Any number of processes may write there.
 */
export class OutputFolder {
  readonly path: string;
  readonly #opened: OpenPredictor;
  readonly #kept: KeptOptions;
  readonly #options: string;
  readonly #failed: string;
  readonly #known = new Set<string>();
  #knownBytes = 0;

  constructor(path: string, opened: OpenPredictor, kept: KeptOptions) {
    this.path = path;
    this.#failed = join(path, 'failures.jsonl');
    this.#opened = opened;
    this.#kept = keptOf(kept);
    this.#options = JSON.stringify(this.#kept);
  }

  /**
   * Makes the folder.
   *
   * @throws RangeError if there is one with predictions of another model or other options
   */
  async prepare(): Promise<void> {
    await mkdir(this.path, { recursive: true }).catch((cause) => {
      throw fileError(this.path, 'make the folder', cause);
    });
    for (const name of await readdir(this.path)) {
      if (!name.endsWith('.json') || name.startsWith('.')) continue;
      const id = name.slice(0, -'.json'.length);
      // Whatever else somebody keeps there.
      const record = await this.#recordOf(id).catch(() => undefined);
      if (record === undefined) continue;
      // All others were made alike.
      return this.#checkMaker(id, record);
    }
  }

  /**
   * Whether the prediction is there and complete.
   *
   * @param seal of the files as they are now
   * @throws RangeError if one is there that another model or other options made
   */
  async has(id: string, seal?: string): Promise<boolean> {
    const record = await this.#recordOf(id);
    if (record === undefined) return false;
    await this.#checkMaker(id, record);
    if (record.seal !== seal) return false;
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

  /**
   * Whether an image can be kept as the options say.
   *
   * @throws RangeError if it cannot
   */
  check({ image, flat }: Pick<PredictedImage, 'image' | 'flat'>): void {
    const { format } = this.#kept;
    const reason = format && whyNotIn(format, image, flat);
    if (reason) throw new RangeError(`the format '${format}' ${reason}`);
  }

  /** Writes a prediction; its record last. */
  async write(
    id: string,
    prediction: CasePrediction,
    { image, flat, digest, seal }: PredictedImage,
  ): Promise<void> {
    const { decision = {}, format = flat ? 'png' : 'nii.gz' } = this.#kept;
    const { classes, labels, lesions } = prediction;
    const base = join(this.path, id);
    const files = [`${id}${labelFormats[format].ending}`];
    const { targets } = this.#opened;
    const algorithm = () => algorithmOf(this.#opened, decision);
    const given = { labels, classes, image, targets, algorithm };
    await writeLabels(join(this.path, files[0]!), format, given);
    const names = await writeQuantities(base, '.nii.gz', prediction, this.#kept);
    files.push(...names.map((name) => `${id}_${name}.nii.gz`));
    const model = await this.#opened.digest();
    const record: PredictionRecord = {
      ...{ id, input: digest, ...(seal !== undefined && { seal }), model },
      ...{ options: this.#options, files, lesions: lesions() },
    };
    await writeFileAtomic(`${base}.json`, `${JSON.stringify(record, null, 2)}\n`);
  }

  /** Notes an input that cannot be predicted, once. */
  async fail(id: string, reason: string): Promise<void> {
    const line = `${JSON.stringify({ id, error: reason })}\n`;
    if ((await this.#failures()).has(line.trimEnd())) return;
    await appendTo(this.#failed)(line);
  }

  /** The lines of `failures.jsonl`, whoever wrote them; what was read before is not read again. */
  async #failures(): Promise<ReadonlySet<string>> {
    const file = await open(this.#failed).catch(() => undefined);
    if (file === undefined) return this.#known;
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, size - this.#knownBytes));
      await file.read(bytes, 0, bytes.length, this.#knownBytes);
      const end = bytes.lastIndexOf('\n') + 1;
      const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
      for (const line of lines) this.#known.add(line);
      this.#knownBytes += end;
    } finally {
      await file.close();
    }
    return this.#known;
  }

  async #checkMaker(id: string, { model, options }: PredictionRecord): Promise<void> {
    const isModel = model === (await this.#opened.digest());
    if (isModel && options === this.#options) return;
    const what = isModel ? 'other options' : 'another model';
    throw new RangeError(
      `'${this.path}' holds predictions of ${what}, of '${id}' for one; choose another folder`,
    );
  }

  async #recordOf(id: string): Promise<PredictionRecord | undefined> {
    const text = await readFile(join(this.path, `${id}.json`), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const record = parsed(text);
    if (record !== undefined) return record;
    throw new RangeError(
      `'${join(this.path, `${id}.json`)}' must be what an earlier prediction left, got something else; choose another folder`,
    );
  }
}

function parsed(text: string): PredictionRecord | undefined {
  try {
    const record = JSON.parse(text) as Partial<PredictionRecord> | null;
    const { model, files } = record ?? {};
    const isRecord = typeof model === 'string' && Array.isArray(files);
    return isRecord && files.every((file) => typeof file === 'string')
      ? (record as PredictionRecord)
      : undefined;
  } catch {
    return undefined;
  }
}
