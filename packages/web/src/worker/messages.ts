import type { BackendInfo } from '@sts-net/backend';
import type { PlainInput } from '../files/image-source.ts';
import type { PlainVolume } from '../files/plain-volume.ts';
import type {
  Found,
  ModelToOpen,
  PlainSegmentOptions,
  Progress,
} from '../prediction/open-network.ts';

/** What a worker is asked. */
export type Question =
  | { readonly ask: 'open'; readonly model: ModelToOpen }
  | { readonly ask: 'segment'; readonly input: PlainInput; readonly options: PlainSegmentOptions }
  | { readonly ask: 'cancel' };

/** What a worker tells: that it runs, how far it is, and what came of each question but `cancel`. */
export type Answer =
  | { readonly tell: 'ready' }
  | { readonly tell: 'progress'; readonly progress: Progress }
  | { readonly tell: 'opened'; readonly engine: BackendInfo }
  | { readonly tell: 'found'; readonly found: PlainFound }
  | { readonly tell: 'failed'; readonly error: PlainError };

/** What was found, as it crosses. */
export interface PlainFound extends Omit<Found, 'labels' | 'probabilities' | 'image'> {
  readonly labels: PlainVolume<Uint8Array>;
  readonly probabilities: readonly PlainVolume<Float32Array>[];
  readonly image: PlainVolume;
}

/** An error as it crosses; what browsers make of errors loses their names. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
}

export function plainError(error: unknown): PlainError {
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

const kinds: Readonly<Record<string, new (message: string) => Error>> = { RangeError, TypeError };

export function errorOf({ name, message }: PlainError): Error {
  const error = new (kinds[name] ?? Error)(message);
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name });
  return error;
}
