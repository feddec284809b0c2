import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DicomFileInfo, readDicomInfo } from '@sts-net/volume-io';
import { listFiles } from '../files/list-files.ts';
import type { Skipped } from './dataset-spec.ts';

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
  /** Also those that are damaged but may be of the series, so that it is not read shorter. */
  readonly files: readonly string[];
}

export interface DicomFiles {
  readonly series: readonly SeriesFolder[];
  /** What was drawn on a series, by its UID. */
  readonly annotations: ReadonlyMap<string, readonly Annotation[]>;
  readonly skipped: readonly Skipped[];
}

/** A file without pixels that may be what is left of a slice. */
interface Remnant {
  readonly file: string;
  readonly folder: string;
  /** Empty if it is unknown. */
  readonly uid: string;
  readonly sopClass: string;
  readonly problem: string;
}

/** Finds series and what was drawn on them among the files of a folder, by their content. */
export async function findDicomFiles(root: string): Promise<DicomFiles> {
  const search = new DicomSearch();
  for (const path of await listFiles(root)) {
    const file = join(root, path);
    const folder = path.split('/').slice(0, -1).join('/');
    try {
      if (/\.xml$/i.test(path)) await search.addXml(file);
      else await search.add(file, folder);
    } catch (error) {
      search.skip(file, (error as Error).message);
    }
  }
  return search.result();
}

interface FoundSeries extends SeriesFolder {
  readonly files: string[];
  readonly sopClass: string;
}

class DicomSearch {
  readonly #series = new Map<string, FoundSeries>();
  readonly #annotations = new Map<string, Annotation[]>();
  readonly #remnants: Remnant[] = [];
  readonly #skipped: Skipped[] = [];

  async add(file: string, folder: string): Promise<void> {
    const info = await readDicomInfo(file);
    if (info === undefined) {
      const problem = 'it is no DICOM file, as its name says';
      const remnant = { file, folder, uid: '', sopClass: '', problem };
      if (/\.(dcm|dicom|ima)$/i.test(file)) this.#remnants.push(remnant);
      return;
    }
    const kind = annotationKind(info);
    if (kind !== undefined) this.#addDrawing(file, kind, info);
    else if (info.hasPixels) this.#addImage(file, folder, info);
    else {
      const { seriesInstanceUid: uid, sopClassUid: sopClass, damage } = info;
      const problem = damage ?? 'ends before its pixels';
      this.#remnants.push({ file, folder, uid, sopClass, problem });
    }
  }

  async addXml(file: string): Promise<void> {
    for (const uid of seriesNamedIn(await readFile(file, 'latin1'))) {
      this.#addAnnotation(uid, { path: file, kind: 'xml' });
    }
  }

  skip(skipped: string, reason: string): void {
    this.#skipped.push({ skipped, reason });
  }

  #addAnnotation(uid: string, annotation: Annotation): void {
    this.#annotations.set(uid, [...(this.#annotations.get(uid) ?? []), annotation]);
  }

  result(): DicomFiles {
    for (const remnant of this.#remnants) this.#placeRemnant(remnant);
    const here = new Set([...this.#series.values()].map(({ uid }) => uid));
    const used = new Set(
      [...this.#annotations].flatMap(([uid, found]) => (here.has(uid) ? found : [])).map(pathOf),
    );
    for (const [uid, found] of this.#annotations) {
      for (const { path } of found) {
        if (used.has(path)) continue;
        used.add(path);
        this.skip(path, `the series it names, ${uid}, is not here`);
      }
    }
    const series = [...this.#series.values()];
    return { series, annotations: this.#annotations, skipped: this.#skipped };
  }

  #addDrawing(file: string, kind: Annotation['kind'], info: DicomFileInfo): void {
    const reason = info.damage ?? 'it does not name the series that it was drawn on';
    if (info.damage !== undefined || info.referencedSeries.length === 0) {
      this.skip(file, reason);
    } else {
      for (const uid of info.referencedSeries) this.#addAnnotation(uid, { path: file, kind });
    }
  }

  #addImage(file: string, folder: string, info: DicomFileInfo): void {
    const { seriesInstanceUid: uid, sopClassUid: sopClass, patient } = info;
    const key = `${folder}\n${uid}`;
    const found = this.#series.get(key);
    if (found !== undefined) found.files.push(file);
    else this.#series.set(key, { folder, uid, sopClass, patient: patient.id, files: [file] });
  }

  /** What may be a slice goes to its series, which then cannot be read without it. */
  #placeRemnant({ file, folder, uid, sopClass, problem }: Remnant): void {
    const possible = [...this.#series.values()].filter(
      (one) =>
        one.folder === folder &&
        (uid === '' || one.uid === uid) &&
        (sopClass === '' || one.sopClass === sopClass),
    );
    if (possible.length === 1) possible[0]!.files.push(file);
    else if (possible.length > 1) {
      this.skip(
        file,
        `${problem}; it may be a slice of any of ${possible.length} series in its folder`,
      );
    }
  }
}

function pathOf({ path }: Annotation): string {
  return path;
}

function annotationKind({ modality, sopClassUid }: DicomFileInfo): Annotation['kind'] | undefined {
  // Segmentation and Label Map Segmentation Storage, RT Structure Set Storage.
  if (modality === 'SEG' || /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.66\.[47]$/.test(sopClassUid)) {
    return 'segmentation';
  }
  return modality === 'RTSTRUCT' || sopClassUid === '1.2.840.10008.5.1.4.1.1.481.3'
    ? 'structure set'
    : undefined;
}

function seriesNamedIn(xml: string): ReadonlySet<string> {
  const found = xml.matchAll(/<SeriesInstanceUid>\s*([\d.]+)\s*</gi);
  return new Set([...found].map(([, uid]) => uid!));
}
