import { join } from 'node:path';
import type { LabelRule } from '@sts-net/volume-io';
import { readJson } from '../files/read-json.ts';
import { validateWith } from '../validation/validate-with.ts';
import type { DatasetJsonContent } from './dataset-json-schema.ts';
import { namePattern } from './name-pattern.ts';

/** A `dataset.json`, whichever of its forms it has. */
export interface DatasetJson {
  /** For errors. */
  readonly path: string;
  /** Names of the channels, in order. */
  readonly channels: readonly string[];
  /** What each name of a label stands for; several numbers are a region. */
  readonly labels: ReadonlyMap<string, readonly number[]>;
  /** Label of voxels on which nothing counts. */
  readonly ignore: number | undefined;
  readonly content: DatasetJsonContent;
}

/** @throws Error naming the file and what of it is wrong */
export async function readDatasetJson(folder: string): Promise<DatasetJson> {
  const path = join(folder, 'dataset.json');
  // Imported when one is read: the schema library takes as long as all the rest.
  const { datasetJsonSchema } = await import('./dataset-json-schema.ts');
  const content = validateWith(datasetJsonSchema, await readJson(path), `'${path}'`);
  const names = content.channel_names ?? content.modality;
  if (names === undefined) {
    throw new RangeError(
      `'${path}': must name the channels by \`channel_names\` or \`modality\`, as { "0": "FLAIR" }, got neither; add one`,
    );
  }
  const numbers = Object.keys(names)
    .map(Number)
    .sort((a, b) => a - b);
  if (numbers.length === 0 || numbers.some((number, i) => number !== i)) {
    throw new RangeError(
      `'${path}': channels must be numbered from 0 without a gap, got ${numbers.join(', ') || 'none'}; renumber them`,
    );
  }
  const labels = new Map(Object.entries(content.labels).map(([a, b]) => namedLabel(a, b)));
  const ignore = labels.get('ignore');
  labels.delete('ignore');
  if (ignore !== undefined && ignore.length !== 1) {
    throw new RangeError(
      `'${path}': the label \`ignore\` must be one number, got ${ignore.join(', ')}; correct it there`,
    );
  }
  const channels = numbers.map((number) => names[String(number)]!);
  return { path, channels, labels, ignore: ignore?.[0], content };
}

/** `"lesion": 1` and, in the older form, `"1": "lesion"`. */
function namedLabel(
  key: string,
  value: string | number | readonly number[],
): [string, readonly number[]] {
  return typeof value === 'string' ? [value, [Number(key)]] : [key, [value].flat()];
}

/**
 * What the numbers in a mask are: the labels that the file names, or those of the target.
 *
 * @throws RangeError if no label is called `target`, or labels are regions and none is chosen
 */
export function labelRule(
  { path, labels, ignore }: DatasetJson,
  target: string | undefined,
): LabelRule {
  const targets = [...labels].filter(([, [first, ...more]]) => first !== 0 || more.length > 0);
  const names = targets.map(([name]) => `'${name}'`).join(', ');
  const ignored = ignore === undefined ? {} : { ignore };
  if (target !== undefined) {
    const wanted = namePattern(target);
    const chosen = targets.filter(([name]) => wanted.test(name.normalize()));
    if (chosen.length > 0) return { labels: chosen.flatMap(([, of]) => of), ...ignored };
    throw new RangeError(`'${path}': no label is called '${target}'; there are ${names || 'none'}`);
  }
  if (targets.some(([, of]) => of.length > 1)) {
    throw new RangeError(
      `'${path}': labels must be one number each, got regions of several, which overlap, among ${names}; choose one by \`target\``,
    );
  }
  const most = Math.max(1, ...targets.flatMap(([, of]) => of));
  // The label to ignore is no class, wherever it stands.
  return { classes: most + 1, ...ignored };
}
