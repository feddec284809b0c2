import { basename, join } from 'node:path';
import { readDicomSeries } from '@sts-net/volume-io';
import type { DatasetItem, DatasetOptions, DatasetSpec, Skipped } from './dataset-spec.ts';
import { findDicomFiles } from './dicom-files.ts';
import { drawTargets } from './draw-targets.ts';
import { uniqueIds } from './path-parts.ts';
import { patientOf } from './patient-of.ts';

/** DICOM series with what was drawn on them, wherever the files lie. */
export const dicom: DatasetSpec = {
  description: 'DICOM series with SEG, RTSTRUCT or the XML of LIDC-IDRI, matched by their UIDs',
  layout: 'DICOM series, and SEG, RTSTRUCT or LIDC-IDRI XML files that name them',
  options: ['patient', 'target', 'readers'],
  list,
};

async function* list(root: string, options: DatasetOptions): AsyncGenerator<DatasetItem | Skipped> {
  const { series, annotations, skipped } = await findDicomFiles(root);
  yield* skipped;
  const folders = [...new Set(series.map(({ folder }) => folder))];
  const names = uniqueIds(folders.map((folder) => `${folder || basename(root)}.dcm`));
  for (const { folder, uid, patient, files } of series) {
    const drawn = annotations.get(uid);
    if (drawn === undefined) {
      yield {
        skipped: join(root, folder),
        reason: `no SEG, RTSTRUCT or XML names its series ${uid || '(without a UID)'}`,
      };
      continue;
    }
    const isOnly = series.filter((one) => one.folder === folder).length === 1;
    const id = `${names[folders.indexOf(folder)]}${isOnly ? '' : `_${uid}`}`;
    const group = options.patient === undefined ? patient || id : patientOf(id, options.patient);
    yield {
      id,
      group,
      image: (reading) => readDicomSeries(files, { ...reading, series: uid }),
      mask: (image, reading) => drawTargets(image, drawn, { ...options, ...reading }),
    };
  }
}
