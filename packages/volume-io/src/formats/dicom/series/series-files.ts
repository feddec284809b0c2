import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { isBlank, isDicom } from '../elements/is-dicom.ts';
import { parseHead } from '../elements/parse-data-set.ts';
import type { JpegCodecs } from '../pixels/codecs.ts';
import { parseDicomImage } from '../pixels/dicom-image.ts';
import { type Slice, slicesOf } from './slices.ts';

/** A file without pixels that may be what is left of a slice. */
interface Remnant {
  readonly file: string;
  readonly problem: string;
  /** `SOPClassUID`, or `Modality`; empty if it says neither. */
  readonly kind: string;
  readonly series: string;
}

/** Endings of names that DICOM files alone have. */
const DICOM_NAME = /\.(dcm|dicom|ima)$/i;

/** Slices from files, sorted by series; each file is decoded once, those of other series not at all. */
export class SeriesFiles {
  readonly #wanted: string | undefined;
  readonly #codecs: JpegCodecs;
  readonly #onWarning: (message: string) => void;
  readonly #slices = new Map<string, Slice[]>();
  readonly #others = new Set<string>();
  readonly #remnants: Remnant[] = [];

  /** @param wanted the UID of the series to take, or all */
  constructor(
    wanted: string | undefined,
    codecs: JpegCodecs,
    onWarning: (message: string) => void,
  ) {
    this.#wanted = wanted;
    this.#codecs = codecs;
    this.#onWarning = onWarning;
  }

  /** @throws {VolumeFormatError} if it is an image of the series that is damaged or cut off */
  async add(file: string, bytes: Uint8Array): Promise<void> {
    if (!isDicom(bytes)) {
      const problem = isBlank(bytes) ? 'is empty' : 'is no DICOM file';
      if (isBlank(bytes) || DICOM_NAME.test(file)) {
        this.#remnants.push({ file, problem, kind: '', series: '' });
      } else this.#onWarning(`${file}: ${problem} and was passed over`);
      return;
    }
    const { dataSet, hasPixels, damage } = await parseHead(bytes, file);
    const series = dataSet.text('SeriesInstanceUID') ?? '';
    if (this.#wanted !== undefined && series !== '' && series !== this.#wanted) {
      this.#others.add(series);
      return;
    }
    if (dataSet.text('Modality') === 'SEG') return;
    if (!hasPixels) {
      const keywords = ['SOPClassUID', 'MediaStorageSOPClassUID', 'Modality'] as const;
      const kind = keywords.map(dataSet.text).find((text) => text !== undefined) ?? '';
      const problem = damage === undefined ? 'ends before its pixels' : 'is damaged or cut off';
      this.#remnants.push({ file, problem, kind, series });
      return;
    }
    const image = await parseDicomImage(bytes, this.#codecs, file, this.#onWarning);
    const others = this.#slices.get(series) ?? [];
    this.#slices.set(series, [...others, ...slicesOf(image, file)]);
  }

  /** @throws {VolumeFormatError} if there is no series, or several, or one lacks a slice */
  slices(name: string): readonly Slice[] {
    const series = [...this.#slices.values()];
    this.#checkRemnants(series.flat());
    if (series.length === 0 || (this.#wanted !== undefined && !this.#slices.has(this.#wanted))) {
      throw new VolumeFormatError(
        `${name}: must hold DICOM images${this.#wanted === undefined ? '' : ` of series ${this.#wanted}`}, got none; check the folder`,
      );
    }
    if (this.#wanted === undefined && series.length > 1) {
      const list = [...this.#slices].map(([uid, [first, ...rest]]) => {
        const { modality, seriesDescription } = first!.series;
        return `${uid} (${modality} "${seriesDescription}", ${rest.length + 1} slices)`;
      });
      throw new VolumeFormatError(
        `${name}: must hold one series, got ${series.length}: ${list.join(', ')}; choose one by \`series\``,
      );
    }
    return this.#wanted === undefined ? series[0]! : this.#slices.get(this.#wanted)!;
  }

  /** A series must not be read shorter than it is. */
  #checkRemnants(slices: readonly Slice[]): void {
    const kinds = new Set(slices.flatMap(({ series }) => [series.sopClassUid, series.modality]));
    const known = new Set([...this.#slices.keys(), ...this.#others]);
    for (const { file, problem, kind, series } of this.#remnants) {
      // Other kinds of files, such as reports, have no pixels.
      if (kind !== '' && !kinds.has(kind)) continue;
      if (series !== '' || known.size <= 1) {
        throw new VolumeFormatError(
          `${file}: ${problem}, but may be a slice of the series; fetch or export it again, or take it away`,
          { field: 'PixelData' },
        );
      }
      this.#onWarning(
        `${file}: ${problem} and was passed over; it may be a slice of any of ${known.size} series`,
      );
    }
  }
}
