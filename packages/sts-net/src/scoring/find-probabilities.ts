import { findVolumes, volumeName } from './find-label-volumes.ts';
import { findMasks, holdsCases, isManifest } from './match-cases.ts';

/** Files of a case's probabilities: of each class by its number, or one of the target. */
export type ProbabilityFiles = string | ReadonlyMap<number, string>;

/**
 * The probabilities of cases, by their ids. A folder holds `ID_probability`, of several classes `ID_probability-1`
 * and so on, as predictions leave them, or `ID` alone; a manifest has those of the target in place of a mask.
 *
 * @throws RangeError naming a case that has none
 */
export async function findProbabilities(
  source: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ProbabilityFiles>> {
  const found: ReadonlyMap<string, string> = isManifest(source)
    ? new Map([...(await findMasks(source))].map(([id, { path }]) => [id, path]))
    : await findVolumes(source);
  const numbered = new Map<string, Map<number, string>>();
  for (const [name, path] of found) {
    const [, id, number] = /^(.*)_probability-([1-9]\d*)$/.exec(name) ?? [];
    if (id === undefined) continue;
    const own = numbered.get(id) ?? new Map<number, string>();
    numbered.set(id, own.set(Number(number), path));
  }
  return new Map(
    ids.map((id) => {
      const files = found.get(`${id}_probability`) ?? numbered.get(id) ?? found.get(id);
      if (files !== undefined) return [id, files];
      throw new RangeError(
        `case '${id}': '${source}' must have its probabilities, '${id}_probability' or of several classes '${id}_probability-1', …, but has none; add them`,
      );
    }),
  );
}

/** The probabilities of one prediction: the file, or what a folder has of the prediction's name. */
export async function findProbabilitiesOf(
  prediction: string,
  source: string,
): Promise<ProbabilityFiles> {
  if (!(await holdsCases(source))) return source;
  const id = volumeName(prediction);
  return (await findProbabilities(source, [id])).get(id)!;
}
