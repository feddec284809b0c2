import { firstLine, OrtMissingError } from './ort-missing-error.ts';
import type { OrtRuntime } from './ort-runtime.ts';

/** What computes: a graphics processor, or WebAssembly on the processor. */
export type WebProvider = 'webgpu' | 'wasm';

/**
 * Where ONNX Runtime's files are served: the address of a folder, with `/` at its end, or of each
 * file.
 */
export type WasmPaths = string | { readonly wasm?: string | URL; readonly mjs?: string | URL };

/** How ONNX Runtime is to run in a browser. */
export interface OrtWebSettings {
  /** What computes. @default 'webgpu' */
  readonly provider?: WebProvider;
  /**
   * Where ONNX Runtime's .wasm files (and the .mjs files beside them) are served.
   * @default beside the module that holds ONNX Runtime, as bundlers that know `new URL` put them
   */
  readonly wasmPaths?: WasmPaths;
  /**
   * Threads of WebAssembly; more than one need a page that is cross-origin isolated.
   * @default ONNX Runtime's own choice: half of the cores, 4 at most, and 1 where the page is not isolated
   */
  readonly threads?: number;
}

/** What is used of the modules of `onnxruntime-web` besides what all of ONNX Runtime has. */
interface OrtWebModule {
  readonly env: {
    logLevel?: string;
    readonly wasm: { wasmPaths?: unknown; numThreads?: number };
  };
}

/**
 * Each provider has a module and a WebAssembly file of its own. That of WebGPU can compute on the
 * processor as well, 6 to 10 times slower than the other one, so it is never asked to.
 */
const modules: Readonly<Record<WebProvider, () => Promise<OrtWebModule>>> = {
  webgpu: () => import('onnxruntime-web/webgpu'),
  wasm: () => import('onnxruntime-web/wasm'),
};
const files: Readonly<Record<WebProvider, string>> = {
  webgpu: 'ort-wasm-simd-threaded.asyncify',
  wasm: 'ort-wasm-simd-threaded',
};

/** The settings with which each module runs: it takes them once. */
const running = new Map<OrtWebModule, string>();

/**
 * ONNX Runtime for browsers: the package `onnxruntime-web`, which is optional. It is loaded when it
 * is first asked for.
 *
 * @throws OrtMissingError where it cannot be loaded or there is no WebGPU.
 */
export function loadOrtWeb(settings: OrtWebSettings): Promise<OrtRuntime> {
  return loadOrtWebFrom(modules, settings);
}

/** `loadOrtWeb` of other modules. */
export async function loadOrtWebFrom(
  from: Readonly<Record<WebProvider, () => Promise<OrtWebModule>>>,
  { provider = 'webgpu', wasmPaths, threads }: OrtWebSettings,
): Promise<OrtRuntime> {
  const load = from[provider];
  if (load === undefined) {
    throw new RangeError(
      `\`registerOrtBackend\`: provider must be webgpu or wasm, got ${provider}.`,
    );
  }
  if (provider === 'webgpu') await checkWebgpu();
  let module: OrtWebModule;
  try {
    module = await load();
  } catch (error) {
    throw new OrtMissingError(
      `onnxruntime-web/${provider} cannot be loaded: ${firstLine(error)}`,
      '`npm i onnxruntime-web`, bundle it or name it in the import map of the page, and allow its address in script-src of the Content-Security-Policy',
      error,
    );
  }
  const settings = JSON.stringify({ wasmPaths, threads });
  const before = running.get(module);
  if (before !== undefined && before !== settings) {
    throw new Error(
      `\`registerOrtBackend\`: ONNX Runtime runs already with ${before} and takes no others; reload the page for ${settings}.`,
    );
  }
  running.set(module, settings);
  // Errors are thrown; what is logged besides is of no use to callers.
  module.env.logLevel = 'fatal';
  if (wasmPaths !== undefined) module.env.wasm.wasmPaths = wasmPaths;
  if (threads !== undefined) module.env.wasm.numThreads = threads;
  return module as unknown as OrtRuntime;
}

interface Gpu {
  requestAdapter(): Promise<object | null>;
}

async function checkWebgpu(): Promise<void> {
  const { gpu } = (globalThis.navigator ?? {}) as { readonly gpu?: Gpu };
  const remedy =
    "a browser with WebGPU and a graphics driver, in a page from https or localhost; or `provider: 'wasm'`, which computes on the processor";
  if (gpu === undefined) throw new OrtMissingError('there is no WebGPU here', remedy, undefined);
  let cause: unknown;
  const adapter = await gpu.requestAdapter().catch((error: unknown) => {
    cause = error;
    return null;
  });
  if (adapter === null) {
    throw new OrtMissingError('WebGPU finds no graphics adapter', remedy, cause);
  }
}

/** Why ONNX Runtime does not start although its module is there: mostly its files are not served. */
export function notStarted(
  { provider = 'webgpu', wasmPaths }: OrtWebSettings,
  error: unknown,
): OrtMissingError {
  const file = `${files[provider]}.wasm`;
  return new OrtMissingError(
    `onnxruntime-web/${provider} does not start: ${firstLine(error)} (it looked for ${place(file, wasmPaths)})`,
    `serve ${file} and ${files[provider]}.mjs of onnxruntime-web/dist and give their address as \`wasmPaths\`; a page with a Content-Security-Policy must allow it in connect-src and script-src, and 'wasm-unsafe-eval' in script-src`,
    error,
  );
}

function place(file: string, wasmPaths: WasmPaths | undefined): string {
  const path = typeof wasmPaths === 'string' ? `${wasmPaths}${file}` : wasmPaths?.wasm;
  if (path === undefined) return `${file} beside its own module`;
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  return location === undefined ? String(path) : new URL(path, location.href).href;
}
