import { saidOnce } from '@sts-net/experiment/batches';
import type { IgnoredVoxels } from './label-masks.ts';
import { findImages, type MatchedCase } from './match-cases.ts';
import { type CaseMasks, type MaskOptions, readMasks } from './read-masks.ts';
import { StrangePairs } from './strange-pairs.ts';

export interface ReadCasesOptions extends MaskOptions {
  /** Where the images are that masks were drawn on; see `findImages`. @default the masks tell where they lie */
  readonly image?: string | undefined;
  /** Stops between cases: the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each case. */
  readonly onProgress?: ((id: string, index: number, total: number) => void) | undefined;
  /** Called at the end with a sentence about what is odd about masks but no error. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** What must be known of all cases to read their scores. */
export interface CasesRead {
  readonly ignored: Omit<IgnoredVoxels, 'mask'> | undefined;
  readonly inPixels: boolean;
}

/**
 * Reads the masks of case after case, and tells at the end what was odd, once.
 *
 * @returns the cases, each read when it is asked for, and what is known when all are
 * @throws Error naming the case where a mask is unreadable, of another shape or grid
 */
export function readCases(
  cases: readonly MatchedCase[],
  { image, signal, onProgress, onWarning, ...options }: ReadCasesOptions,
): {
  readonly masks: AsyncGenerator<MatchedCase & { readonly masks: CaseMasks }>;
  read(): CasesRead;
} {
  const several: string[] = [];
  const odd = new Set<string>();
  let ignored: CasesRead['ignored'];
  let inPixels = false;
  const strange = new StrangePairs();
  async function* masksOf(): AsyncGenerator<MatchedCase & { readonly masks: CaseMasks }> {
    const images =
      image === undefined
        ? undefined
        : await findImages(
            image,
            cases.map(({ id }) => id),
          );
    for (const [index, one] of cases.entries()) {
      const { id } = one;
      signal?.throwIfAborted();
      onProgress?.(id, index, cases.length);
      const masks = await readMasks(one, {
        ...options,
        ignore: options.ignore ?? one.ignore,
        image: one.image ?? images?.get(id),
        prefix: `case '${id}': `,
        onSeveral: (text) => void several.push(text),
        onWarning: (text) => void odd.add(text),
      }).catch((error: Error) => {
        throw error.message.startsWith(`case '${id}'`)
          ? error
          : new Error(`case '${id}': ${error.message}`, { cause: error });
      });
      inPixels ||= masks.inPixels;
      if (masks.ignored !== undefined) {
        const { count, alone } = masks.ignored;
        ignored = { count: (ignored?.count ?? 0) + count, alone: (ignored?.alone ?? 0) + alone };
      }
      strange.add(id, masks.truth, masks.predictions);
      yield { ...one, picture: images?.get(id) ?? one.picture, masks };
    }
    const warning = saidOnce(several);
    const all = [...odd, ...(warning === undefined ? [] : [warning]), ...strange.warnings()];
    for (const text of all) onWarning?.(text);
  }
  return { masks: masksOf(), read: () => ({ ignored, inPixels }) };
}
