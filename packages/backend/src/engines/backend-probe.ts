import type { BackendName } from './backend-name.ts';

/** What is known of one engine. */
export interface BackendProbe {
  readonly name: BackendName;
  readonly available: boolean;
  /** Version of the package that provides it; null if there is none. */
  readonly version: string | null;
  /** What computes: `cpu`, `gpu`, or the name that a graphics adapter gives itself; null if unavailable. */
  readonly device: string | null;
  /** Whether a graphics processor computes; an adapter that only imitates one does not count. */
  readonly gpu: boolean;
  /** Processor threads that compute; 0 where a graphics processor does, and if unavailable. */
  readonly threads: number;
  /** If unavailable, what is missing; otherwise what there is to know, or empty. */
  readonly reason: string;
  /** How to get what is missing; empty if nothing is. */
  readonly remedy: string;
}
