import { join } from 'node:path';

/** The files of a run. */
export interface RunFolder {
  readonly folder: string;
  readonly config: string;
  readonly log: string;
  /** The cases of each split and what their files held. */
  readonly data: string;
  /** Weights with the best validation score. */
  readonly best: string;
  /** Weights of one of the best validations, where several are kept. */
  bestOf(step: number): string;
  /** Where to resume from. */
  readonly last: string;
  /** Where to resume from if `last` is damaged. */
  readonly previous: string;
  /** Where its network is run: what tuning chose. */
  readonly operatingPoint: string;
}

export function runFolder(folder: string): RunFolder {
  return {
    folder,
    config: join(folder, 'config.json'),
    log: join(folder, 'log.jsonl'),
    data: join(folder, 'data.json'),
    best: join(folder, 'best.safetensors'),
    bestOf: (step) => join(folder, `best-${step}.safetensors`),
    last: join(folder, 'last.safetensors'),
    previous: join(folder, 'previous.safetensors'),
    operatingPoint: join(folder, 'operating-point.json'),
  };
}
