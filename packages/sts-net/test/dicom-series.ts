import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ctSlice } from '../../volume-io/test/dicom-files.ts';

/** Of a series that `dicomSeries` makes. */
export interface SeriesSettings {
  /** Its UID. */
  readonly series: string;
  /** `[slices, rows, columns]` */
  readonly shape: readonly [number, number, number];
  /** Stored values, in C order; of CT, so 1000 more than Hounsfield units. */
  readonly values: ArrayLike<number>;
  readonly patient?: string;
}

/** The files of a CT series, slice by slice, 2 mm apart, with all that a SEG and an RTSTRUCT name. */
export function dicomSeries(settings: SeriesSettings): readonly Uint8Array[] {
  const { series, shape, values, patient = 'Doe^Jane' } = settings;
  const [slices, rows, columns] = shape;
  return Array.from({ length: slices }, (_, slice) => {
    const plane = Int16Array.from({ length: rows * columns }, (_, i) =>
      Number(values[slice * rows * columns + i]),
    );
    return ctSlice({
      series,
      position: [0, 0, 2 * slice],
      size: [rows, columns],
      values: plane,
      more: {
        '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.2'],
        '00080018': ['UI', `${series}.${slice + 1}`],
        '00080020': ['DA', '20240229'],
        '00080030': ['TM', '101112'],
        '00100010': ['PN', patient],
        '00100020': ['LO', `id of ${patient}`],
        '0020000D': ['UI', `${series}.0.9`],
        '00200052': ['UI', `${series}.0.8`],
      },
    });
  });
}

/** Writes a series into a folder, which is made, under names as storescp gives them. */
export function writeSeries(folder: string, settings: SeriesSettings): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return dicomSeries(settings).map((bytes, i) => {
    const path = join(folder, `CT.${settings.series}.${i}`);
    writeFileSync(path, bytes);
    return path;
  });
}
