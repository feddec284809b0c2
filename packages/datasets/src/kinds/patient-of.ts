/**
 * The patient of a case by its name, for example `p07` of `p07_scan2` by `{patient}_*`.
 *
 * @param pattern `{patient}` once, `*` for anything else; each case its own patient without one
 * @throws RangeError where the pattern has no `{patient}` or the name does not fit it
 */
export function patientOf(id: string, pattern: string | undefined): string {
  if (pattern === undefined) return id;
  const parts = pattern.split('{patient}');
  if (parts.length !== 2) {
    throw new RangeError(
      `\`patient\` must hold {patient} once and * for the rest, for example '{patient}_*', got '${pattern}'`,
    );
  }
  const [before, after] = parts.map((part) =>
    part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'),
  );
  const patient = new RegExp(`^${before}(.+?)${after}$`).exec(id)?.[1];
  if (patient !== undefined) return patient;
  throw new RangeError(
    `case '${id}': its name must fit \`patient\` '${pattern}' to tell whose it is; correct the pattern or rename the files`,
  );
}
