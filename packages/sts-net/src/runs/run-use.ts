import type { BackendChoice, BackendInfo } from '@sts-net/backend';

/** What those share who ask a run's network about cases that the run has kept. */
export interface RunUseOptions {
  /** Takes the cases though their files have changed. @default false */
  readonly acceptData?: boolean;
  /** @default 'auto' */
  readonly backend?: 'auto' | BackendChoice;
  /** Told which engine computes. */
  readonly onEngine?: (engine: BackendInfo) => void;
  /** Called after each slice that is predicted. */
  readonly onProgress?: (id: string, done: number, total: number) => void;
  /** Called with a sentence about what is odd about the masks but no error. */
  readonly onWarning?: (text: string) => void;
  /** Stops between slices: the call then throws the signal's reason and writes nothing. */
  readonly signal?: AbortSignal;
}
