import type { SegmentInput } from '../files/image-source.ts';

/**
 * Files as the model takes them: as they are, or of named channels each one's, by the channel's name in the
 * file's name or in that of a folder around it.
 *
 * @throws RangeError naming the channels, if no file is of any of them
 */
export function channelFiles(
  files: readonly File[],
  channels: readonly string[] = [],
): SegmentInput {
  if (channels.length < 2) return files;
  const named = channels.map((channel) => `'${channel}'`).join(', ');
  const found: Record<string, File[]> = {};
  for (const file of files) {
    const path = (file.webkitRelativePath || file.name).toLowerCase();
    const fitting = channels.filter((channel) => path.includes(channel.toLowerCase()));
    // Of t1 and t1ce the longer.
    const [channel] = fitting.sort((a, b) => b.length - a.length);
    if (channel === undefined) continue;
    found[channel] = [...(found[channel] ?? []), file];
  }
  if (Object.keys(found).length > 0) return found;
  throw new RangeError(
    `the model takes the channels ${named}, each a file or a folder that has the channel's name in its own; got ${files.map(({ name }) => `'${name}'`).join(', ')}`,
  );
}
