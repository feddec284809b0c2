import { fileDigest } from '../files/file-digest.ts';
import { digestOfChannels } from '../images/image-digest.ts';
import { filesOf } from '../manifest/image-files.ts';
import { refuseLeaks } from './find-leaks.ts';
import type { Split } from './split-cases.ts';

/**
 * Checks that no group is in two splits, and no image under two names: by its digest, or the content
 * of its files.
 *
 * @throws RangeError naming both cases.
 */
export async function checkLeakage(split: Split): Promise<void> {
  const parts = [];
  for (const [part, cases] of Object.entries(split)) {
    for (const { id, group, image, digest } of cases) {
      const own = digest ?? digestOfChannels(await Promise.all(filesOf(image).map(fileDigest)));
      parts.push({ id, group, digest: own, part });
    }
  }
  refuseLeaks(parts);
}
