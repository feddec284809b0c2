// What runs in the worker of a segmenter: it answers `Question`s, one after the other.
import { plainVolume } from './files/plain-volume.ts';
import type { Found, OpenNetwork } from './prediction/open-network.ts';
import { type Answer, type PlainFound, plainError, type Question } from './worker/messages.ts';

/** A worker's own side, as far as it is used here. */
interface WorkerScope {
  postMessage(message: Answer, transfer?: readonly Transferable[]): void;
  onmessage: ((event: { readonly data: Question }) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
let network: OpenNetwork | undefined;
let stop: AbortController | undefined;

scope.onmessage = ({ data }) => {
  if (data.ask === 'cancel') stop?.abort();
  else void answer(data);
};
scope.postMessage({ tell: 'ready' });

async function answer(question: Exclude<Question, { ask: 'cancel' }>): Promise<void> {
  try {
    if (question.ask === 'open') {
      const { openNetwork } = await import('./prediction/open-network.ts');
      network = await openNetwork(question.model);
      scope.postMessage({ tell: 'opened', engine: network.engine });
      return;
    }
    stop = new AbortController();
    const found = await network!.segment(question.input, question.options, {
      signal: stop.signal,
      onProgress: (progress) => scope.postMessage({ tell: 'progress', progress }),
    });
    const plain = plainFound(found);
    scope.postMessage({ tell: 'found', found: plain }, buffersOf(plain));
  } catch (error) {
    scope.postMessage({ tell: 'failed', error: plainError(error) });
  } finally {
    stop = undefined;
  }
}

function plainFound({ labels, probabilities, image, ...rest }: Found): PlainFound {
  return {
    ...rest,
    labels: plainVolume(labels),
    probabilities: probabilities.map(plainVolume),
    image: plainVolume(image),
  };
}

/** What moves to the page without being copied. */
function buffersOf({ labels, probabilities, image }: PlainFound): readonly Transferable[] {
  const buffers = [labels, ...probabilities, image].map(({ voxels }) => voxels.data.buffer);
  return [...new Set(buffers)] as ArrayBuffer[];
}
