import { nextTurn } from '@sts-net/inference';

/**
 * Between steps of long computing: lets what the process is sent be heard.
 *
 * @throws the signal's reason, if it stopped the work
 */
export async function heed(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  signal?.throwIfAborted();
}
