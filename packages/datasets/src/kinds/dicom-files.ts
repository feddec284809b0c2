import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listFiles } from '../files/list-files.ts';

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

/**
 * The texts of an element wherever it occurs in the bytes of a DICOM file, which may be its beginning
 * only: also in sequences, in which segmentations name what they were drawn on. Reads little-endian
 * files, which are all but the oldest.
 *
 * @param tag group and element, for example `[0x0020, 0x000e]`
 */
export function dicomTexts(bytes: Buffer, [group, element]: readonly [number, number]): string[] {
  const tag = Buffer.from([group & 255, group >> 8, element & 255, element >> 8]);
  const texts = new Set<string>();
  for (let at = bytes.indexOf(tag); at >= 0; at = bytes.indexOf(tag, at + 1)) {
    const start = at + 8;
    if (start > bytes.length) break;
    const isExplicit = /^(UI|LO|SH|CS)$/.test(bytes.toString('latin1', at + 4, at + 6));
    const length = isExplicit ? bytes.readUInt16LE(at + 6) : bytes.readUInt32LE(at + 4);
    // Longer ones are voxels that look like the tag.
    if (length > 64) continue;
    const text = bytes
      .toString('latin1', start, start + length)
      .replace(/\0.*$/s, '')
      .trim();
    if (text !== '') texts.add(text);
  }
  return [...texts];
}
