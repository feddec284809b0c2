import { channelName } from '../validation/channel-name.ts';
import type { DatasetJson } from './dataset-json.ts';
import { namePattern } from './name-pattern.ts';

/** A channel of `dataset.json`. */
export interface JsonChannel {
  /** From 0. */
  readonly number: number;
  /** By which it is told from the others. */
  readonly name: string;
  /** As it stands there. */
  readonly written: string;
}

/**
 * The channels that are wanted, by name or number, in the order in which they are named; all where none
 * is.
 *
 * @throws RangeError listing the channels, if one is not there or named twice
 */
export function chosenChannels(
  { path, channels }: DatasetJson,
  wanted: string | readonly string[] | undefined,
): readonly [JsonChannel, ...JsonChannel[]] {
  const names = distinctNames(channels);
  const all = channels.map((written, number) => ({ number, name: names[number]!, written }));
  if (wanted === undefined) return all as [JsonChannel];
  const list = channels.map((name, i) => `${i} '${name}'`).join(', ');
  const chosen = [wanted].flat().map((text) => {
    const named = all.filter(({ name, written }) =>
      [written, name].some((one) => namePattern(text).test(one.normalize())),
    );
    const found = named.length > 0 || !/^\d+$/.test(text) ? named : all.slice(+text, +text + 1);
    if (found.length === 1) return found[0]!;
    throw new RangeError(
      `'${path}': \`channel\` must be one of ${list}, got '${text}'${found.length > 1 ? ', which several are called' : ''}`,
    );
  });
  const twice = chosen.find((one, i) => chosen.indexOf(one) < i);
  if (twice === undefined && chosen.length > 0) return chosen as unknown as [JsonChannel];
  throw new RangeError(
    `'${path}': \`channel\` must name different ones of ${list}, got ${twice === undefined ? 'none' : `'${twice.written}' twice`}`,
  );
}

/** Names that channels of a case may have: as they are written, where they can be. */
function distinctNames(written: readonly string[]): readonly string[] {
  const plain = written.map((name) =>
    name
      .normalize()
      .trim()
      .replace(/[/\\=,{}]/g, '_'),
  );
  const taken = new Set(plain);
  return plain.map((name, i) => {
    if (plain.indexOf(name) === plain.lastIndexOf(name) && channelName.test(name)) return name;
    let own = `${/^\d*$/.test(name) ? 'channel' : name}_${i}`;
    while (taken.has(own)) own += '_';
    taken.add(own);
    return own;
  });
}

const modalities: Readonly<Record<string, string | undefined>> = {
  CT: 'CT',
  MR: 'MR',
  MRI: 'MR',
  PT: 'PT',
  PET: 'PT',
  US: 'US',
};

/** What DICOM calls the modality that all channels are called after, if they are of one. */
export function modalityNamed(channels: readonly JsonChannel[]): string | undefined {
  const [first, ...others] = new Set(
    channels.map(({ written }) => modalities[written.toUpperCase()]),
  );
  return others.length === 0 ? first : undefined;
}
