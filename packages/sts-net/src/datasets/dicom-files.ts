import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dicomTexts } from './dicom-texts.ts';
import { listFiles } from './list-files.ts';

/** Where somebody drew the targets of a series. */
export interface Annotation {
  readonly path: string;
  readonly kind: 'segmentation' | 'structure set' | 'xml';
}

/** The files of one series in one folder. */
interface SeriesFolder {
  /** Path inside the data set; empty for its own folder. */
  readonly folder: string;
  readonly uid: string;
  /** `PatientID`; empty if the file does not say. */
  readonly patient: string;
}

export interface DicomFiles {
  readonly series: readonly SeriesFolder[];
  /** What was drawn on a series, by its UID. */
  readonly annotations: ReadonlyMap<string, readonly Annotation[]>;
}

const seriesInstanceUid = [0x0020, 0x000e] as const;
const patientId = [0x0010, 0x0020] as const;

/** How much of an image is read: what identifies it comes first. */
const beginning = 16384;

/** Finds series and what was drawn on them among the files of a folder, by their content. */
export async function findDicomFiles(root: string): Promise<DicomFiles> {
  const series = new Map<string, SeriesFolder>();
  const annotations = new Map<string, Annotation[]>();
  for (const path of await listFiles(root)) {
    const file = join(root, path);
    const bytes = await readBeginning(file);
    const kind = /\.xml$/i.test(path) ? 'xml' : kindOf(bytes);
    if (kind === undefined) continue;
    if (kind === 'image') {
      const [uid = ''] = dicomTexts(bytes, seriesInstanceUid);
      const folder = path.split('/').slice(0, -1).join('/');
      const key = `${folder}\n${uid}`;
      if (series.has(key)) continue;
      const [patient = ''] = dicomTexts(bytes, patientId);
      series.set(key, { folder, uid, patient });
    } else {
      for (const uid of seriesNamedIn(await readFile(file), kind)) {
        annotations.set(uid, [...(annotations.get(uid) ?? []), { path: file, kind }]);
      }
    }
  }
  return { series: [...series.values()], annotations };
}

async function readBeginning(path: string): Promise<Buffer> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(beginning), 0, beginning, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What a DICOM file holds, by its modality. */
function kindOf(bytes: Buffer): 'image' | 'segmentation' | 'structure set' | undefined {
  if (bytes.toString('latin1', 128, 132) !== 'DICM') return undefined;
  const [modality] = dicomTexts(bytes, [0x0008, 0x0060]);
  if (modality === 'SEG') return 'segmentation';
  return modality === 'RTSTRUCT' ? 'structure set' : 'image';
}

function seriesNamedIn(bytes: Buffer, kind: Annotation['kind']): readonly string[] {
  if (kind !== 'xml') return dicomTexts(bytes, seriesInstanceUid);
  const found = bytes.toString('latin1').matchAll(/<SeriesInstanceUid>\s*([\d.]+)\s*</gi);
  return [...new Set([...found].map(([, uid]) => uid!))];
}
