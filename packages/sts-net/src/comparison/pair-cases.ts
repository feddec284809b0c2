import { patientOf } from '@sts-net/datasets';
import { findLabelVolumes } from './find-label-volumes.ts';

/** A case whose truth and two predictions are files of one name. */
export interface CaseFiles {
  readonly id: string;
  readonly patient: string;
  readonly a: string;
  readonly b: string;
  readonly truth: string;
}

/**
 * Matches the label volumes of three folders by name, ordered by name.
 *
 * @param pattern see `patientOf`
 * @throws RangeError naming a case that one of the folders does not have
 */
export async function pairCases(
  folders: { readonly a: string; readonly b: string; readonly truth: string },
  pattern: string | undefined,
): Promise<readonly CaseFiles[]> {
  const [a, b, truth] = await Promise.all([
    findLabelVolumes(folders.a),
    findLabelVolumes(folders.b),
    findLabelVolumes(folders.truth),
  ]);
  const everywhere = [
    [folders.truth, truth],
    [folders.a, a],
    [folders.b, b],
  ] as const;
  const ids = [...new Set(everywhere.flatMap(([, found]) => [...found.keys()]))].sort();
  for (const id of ids) {
    const lacking = everywhere.find(([, found]) => !found.has(id));
    if (lacking === undefined) continue;
    const [holder] = everywhere.find(([, found]) => found.has(id))!;
    throw new RangeError(
      `case '${id}': '${holder}' has it, but '${lacking[0]}' has no volume of this name (in any format); add it or take the case out of all three folders`,
    );
  }
  return ids.map((id) => ({
    id,
    patient: patientOf(id, pattern),
    a: a.get(id)!,
    b: b.get(id)!,
    truth: truth.get(id)!,
  }));
}
