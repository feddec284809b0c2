import { VolumeFormatError } from '../bytes/volume-format-error.ts';

const MAX_FILES = 2 ** 16;

/**
 * The files that a header names: one, a LIST, or a pattern with a number from … to … by ….
 * They follow one another along the slowest axis.
 * @param lines what the field says, and the lines of a LIST
 */
export function dataFileNames(
  [field, ...list]: readonly string[],
  axes: number,
  key: string,
  name: string,
): readonly string[] {
  const check = (file: string) => checkSiblingName(file, key, name);
  const fail = (requirement: string): never => {
    throw new VolumeFormatError(
      `${name}: \`${key}\` must be ${requirement}, got ${JSON.stringify(field)}; repair the header`,
      { field: key },
    );
  };
  // MetaImage says `LIST 2D` where NRRD says `LIST 2`.
  const listed = /^LIST(?:\s+(\d+)D?)?$/i.exec(field!);
  const pattern = /^(\S*%0?\d*d\S*)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)(?:\s+(\d+))?$/.exec(field!);
  const axis = listed?.[1] ?? pattern?.[5];
  if (axis !== undefined && Number(axis) !== axes && Number(axis) !== axes - 1) {
    fail(`files of ${axes} or ${axes - 1} axes each`);
  }
  if (listed !== null) {
    if (list.length === 0) fail('LIST with at least one file after it');
    return list.map(check);
  }
  if (pattern === null) return [check(field!)];
  const [, template, ...range] = pattern as unknown as [string, string, string, string, string];
  const [first, last, step] = range.map(Number) as [number, number, number];
  const count = step === 0 ? 0 : Math.floor((last - first) / step) + 1;
  if (!(count >= 1 && count <= MAX_FILES)) fail(`a range of 1 to ${MAX_FILES} numbers`);
  return Array.from({ length: count }, (_, i) =>
    check(
      template.replace(/%(0?)(\d*)d/, (_match, zero: string, width: string) =>
        String(first + i * step).padStart(Math.min(Number(width), 20), zero || ' '),
      ),
    ),
  );
}

/** A file name that lies in the header's own folder, without the `./` that may say so. */
function checkSiblingName(path: string, field: string, name: string): string {
  const file = path.replace(/^(?:\.\/)+/, '');
  if (file !== '' && file !== '..' && file !== '.' && !/[/\\:\0]/.test(file)) return file;
  throw new VolumeFormatError(
    `${name}: \`${field}\` must name a file in the header's own folder, got ${JSON.stringify(path)}; put the files together and name them without a path`,
    { field },
  );
}
