import type { BackendName } from '@sts-net/backend';

const names = ['auto', 'tensorflow', 'ort', 'webgpu', 'wasm', 'cpu'] as const;

/** `--backend` of commands that run a network without a config of their own. */
export const backendArgument: { readonly type: 'string'; readonly description: string } = {
  type: 'string',
  description: `engine: ${names.join(', ')}`,
};

/** @throws RangeError for a name that is no backend. */
export function backendName(value: string | undefined): 'auto' | BackendName {
  const name = names.find((known) => known === (value ?? 'auto'));
  if (name === undefined) {
    throw new RangeError(`--backend must be one of ${names.join(', ')}, got '${value}'`);
  }
  return name;
}
