import { resolve } from 'node:path';
import { foldName } from '../files/fold-name.ts';
import { listFiles } from '../files/list-files.ts';
import { checkChannelNames } from '../manifest/image-files.ts';
import type { Case, CaseFolderConfig } from './case.ts';
import { groupBy } from './group-by.ts';

/** A file of an image by its name. */
interface Match {
  readonly path: string;
  readonly id: string;
  readonly group: string;
  /** Place of the pattern that it fits among those of the channels. */
  readonly channel: number;
}

/**
 * The cases of a folder, in order of their paths. What files of channels have the same `{id}` (and
 * `{group}`) is one case; capitals and the Unicode form count only where ids differ in nothing else.
 *
 * @param subject what errors begin with
 * @throws Error for a folder that cannot be read, and for a channel of which there is no file
 */
export async function searchFolder(
  { folder, image, mask }: CaseFolderConfig,
  baseFolder: string,
  subject = 'data.cases',
): Promise<readonly Case[]> {
  checkChannelNames(image, subject);
  const root = resolve(baseFolder, folder);
  const paths = await listFiles(root);
  const names = typeof image === 'string' ? [] : Object.keys(image);
  const patterns = typeof image === 'string' ? [image] : Object.values(image);
  checkPatterns(names, patterns, subject);
  const matches = matchPatterns(paths, patterns);
  for (const [channel, pattern] of patterns.entries()) {
    if (matches.some((match) => match.channel === channel)) continue;
    const what = names.length > 1 ? `images of the channel '${names[channel]}'` : 'images';
    throw new RangeError(
      `${subject}: '${root}' must hold ${what} named as '${pattern}', found none among ${paths.length} files; correct the folder or the pattern`,
    );
  }
  const written = spellingIn(paths);
  return casesOf(matches).map((files) => {
    const [{ id, group }] = files;
    const absolute = files.map(({ path }) => resolve(root, path));
    return {
      id: id.normalize('NFC'),
      group: group.normalize('NFC'),
      image:
        names.length === 0
          ? absolute[0]!
          : Object.fromEntries(files.map(({ channel }, i) => [names[channel], absolute[i]!])),
      mask: resolve(root, written(mask.replaceAll('{id}', id).replaceAll('{group}', group))),
    };
  });
}

/** @throws RangeError where patterns of channels cannot tell which files are of one case */
function checkPatterns(
  names: readonly string[],
  patterns: readonly string[],
  subject: string,
): void {
  for (const [i, pattern] of patterns.entries()) {
    const before = patterns.indexOf(pattern);
    if (before < i) {
      throw new RangeError(
        `${subject}: channels must have files of their own, but '${names[before]}' and '${names[i]}' have the pattern '${pattern}'; correct one`,
      );
    }
    if (pattern.includes('{group}') !== patterns[0]!.includes('{group}')) {
      throw new RangeError(
        `${subject}: the patterns of all channels must hold {group} or none, got '${patterns[0]}' and '${pattern}'; correct one`,
      );
    }
  }
}

/**
 * The files that fit a pattern. Where several fit, as `{id}.nii` and `{id}_T1.nii` do `a_T1.nii`, that
 * counts which leaves the least to the placeholders.
 */
function matchPatterns(paths: readonly string[], patterns: readonly string[]): readonly Match[] {
  const expressions = patterns.map(placeholderPattern);
  return paths.flatMap((path) => {
    const found = expressions.flatMap((expression, channel): Match[] => {
      const { id, group = id } = expression.exec(path)?.groups ?? {};
      return id === undefined || group === undefined ? [] : [{ path, id, group, channel }];
    });
    const length = ({ id, group }: Match): number => id.length + group.length;
    return found.sort((a, b) => length(a) - length(b)).slice(0, 1);
  });
}

/** A case's files in the order of the channels. */
type CaseFiles = readonly [Match, ...Match[]];

/** Which files go together: by id and group, told apart no more than is needed. */
function casesOf(matches: readonly Match[]): readonly CaseFiles[] {
  const sameUnder = (name: (text: string) => string) => (match: Match) =>
    JSON.stringify([name(match.group), name(match.id)]);
  const keys = [
    sameUnder(foldName),
    sameUnder((text) => text.normalize('NFC')),
    ({ path }: Match) => path,
  ];
  const divide = (own: readonly Match[], level: number): readonly CaseFiles[] =>
    groupBy(own, keys[level]!).flatMap((files) => {
      const isClear = new Set(files.map(({ channel }) => channel)).size === files.length;
      if (!isClear) return divide(files, level + 1);
      return [files.toSorted((a, b) => a.channel - b.channel) as [Match, ...Match[]]];
    });
  const firstPath = (files: CaseFiles): number => Math.min(...files.map((one) => order.get(one)!));
  const order = new Map(matches.map((match, i) => [match, i]));
  return divide(matches, 0).toSorted((a, b) => firstPath(a) - firstPath(b));
}

/** How a path is spelled among those that are there, where it is there in one spelling. */
function spellingIn(paths: readonly string[]): (wanted: string) => string {
  const exact = new Set(paths);
  const folded = new Map<string, string | undefined>();
  for (const path of paths) {
    const name = foldName(path);
    folded.set(name, folded.has(name) ? undefined : path);
  }
  return (wanted) => (exact.has(wanted) ? wanted : (folded.get(foldName(wanted)) ?? wanted));
}

/** `volumes/{id}.nii` as a regular expression whose groups are the placeholders; `*` is anything but a slash. */
function placeholderPattern(text: string): RegExp {
  const seen = new Set<string>();
  const source = text.split(/\{(id|group)\}/).map((part, i) => {
    if (i % 2 === 0) {
      return part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
    }
    if (seen.has(part)) return `\\k<${part}>`;
    seen.add(part);
    return `(?<${part}>[^/]+?)`;
  });
  return new RegExp(`^${source.join('')}$`);
}
