/** The engines that TensorFlow.js can run on here. */
export type BackendName = 'tensorflow' | 'ort' | 'webgpu' | 'wasm' | 'cpu';

/** All of them, in the order of their names in errors and reports. */
export const backendNames: readonly BackendName[] = ['tensorflow', 'webgpu', 'ort', 'wasm', 'cpu'];

/** ONNX Runtime's execution providers that `ort` can be asked for by name. */
export type OrtProvider = 'webgpu' | 'cuda';

/** What can be asked for: an engine, or `ort` on an execution provider other than the processor. */
export type BackendChoice = BackendName | `ort:${OrtProvider}`;

/** All that can be asked for. */
export const backendChoices: readonly BackendChoice[] = [...backendNames, 'ort:webgpu', 'ort:cuda'];

/** The engine and, of `ort`, the provider that a choice stands for. */
export function chosen(choice: BackendChoice): { name: BackendName; provider?: OrtProvider } {
  const [name, provider] = choice.split(':') as [BackendName, OrtProvider?];
  return provider === undefined ? { name } : { name, provider };
}
