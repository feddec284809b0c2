import type { XmlElement } from '@rgrove/parse-xml';
import { VolumeFormatError } from '../../bytes/volume-format-error.ts';
import { worldAt } from '../../geometry/affine.ts';
import type { Vector } from '../../geometry/vectors.ts';
import type { Volume } from '../../volume/volume.ts';
import { type Outline, outlineOf } from './outline.ts';
import { elements, localName, textIn } from './xml.ts';

/** Something that a reader marked. */
export interface LidcFinding {
  /** The reader, from 0, in the order of the file. Each has numbers of nodules of their own. */
  readonly reader: number;
  /** `noduleID` or `nonNoduleID`. */
  readonly id: string;
  /** `nodule`: outlined, from 3 mm; `small nodule`: below 3 mm, a point; `non-nodule`: a point. */
  readonly kind: 'nodule' | 'small nodule' | 'non-nodule';
  /** The reader's ratings, such as `{ subtlety: 5, malignancy: 3 }`; empty for points. */
  readonly characteristics: Readonly<Record<string, number>>;
  /** The point, or the mean of the outlines' points, in world RAS in mm. */
  readonly position: readonly [x: number, y: number, z: number];
}

/** A finding with its outlines; those of a single point are left out. */
export interface Mark {
  readonly finding: LidcFinding;
  readonly outlines: readonly Outline[];
}

/** What one reader marked. */
export function marksOf(session: XmlElement, reader: number, like: Volume, name: string): Mark[] {
  const nodules = elements(session, 'unblindedReadNodule').map((nodule): Mark => {
    const id = textIn(nodule, 'noduleID') ?? '';
    const subject = `${name}: reader ${reader}, nodule ${id}`;
    const drawn = elements(nodule, 'roi').map((roi) => outlineOf(roi, 'edgeMap', like, subject));
    if (drawn.length === 0) {
      throw new VolumeFormatError(`${subject}: must have at least one roi; the file is damaged`);
    }
    const outlines = drawn.filter(({ points }) => points.length > 1);
    const kind = outlines.length > 0 ? 'nodule' : 'small nodule';
    const ratings = elements(nodule, 'characteristics').flatMap((list) => elements(list));
    const characteristics = Object.fromEntries(
      ratings.map((rating) => [localName(rating), Number(rating.text)]),
    );
    const position = centre(drawn, like);
    return { finding: { reader, id, kind, characteristics, position }, outlines };
  });
  const others = elements(session, 'nonNodule').map((mark): Mark => {
    const id = textIn(mark, 'nonNoduleID') ?? '';
    const subject = `${name}: reader ${reader}, non-nodule ${id}`;
    const position = centre([outlineOf(mark, 'locus', like, subject)], like);
    const finding = { reader, id, kind: 'non-nodule', characteristics: {}, position } as const;
    return { finding, outlines: [] };
  });
  return [...nodules, ...others];
}

function centre(drawn: readonly Outline[], { affine }: Volume): Vector {
  let [columns, rows, slices, count] = [0, 0, 0, 0];
  for (const { points, depth } of drawn) {
    for (const [column, row] of points) {
      columns += column;
      rows += row;
      slices += depth;
      count++;
    }
  }
  return worldAt(affine, [columns / count, rows / count, slices / count]);
}
