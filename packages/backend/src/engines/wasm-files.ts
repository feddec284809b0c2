// TensorFlow.js fetches the files of its `wasm` backend when it is first switched to, and of what goes
// wrong then it only prints a warning. What becomes of the requests is therefore looked at from outside.
import type { Failure } from './start.ts';

const paths =
  'serve the .wasm files of @tensorflow/tfjs-backend-wasm/dist and, before the backend is first used, give their address to `setWasmPaths` of that package';
const policy = "a Content-Security-Policy of the page must have 'wasm-unsafe-eval' in script-src";

/** Starts the backend in a browser; where it fails, what became of its files. */
export async function watchFiles(
  start: () => Promise<Failure | undefined>,
): Promise<Failure | undefined> {
  const { fetch } = globalThis;
  const problems: Failure[] = [];
  const watched: typeof fetch = async (input, init) => {
    const address = addressOf(input);
    if (!/\.wasm(?:$|[?#])/.test(address)) return fetch(input, init);
    try {
      const response = await fetch(input, init);
      const problem = problemOf(response, address);
      if (problem !== undefined) problems.push({ reason: problem, remedy: paths });
      return response;
    } catch (error) {
      problems.push({
        reason: `${address} cannot be fetched: ${(error as Error).message}`,
        remedy: `${paths}; a Content-Security-Policy of the page must allow it in connect-src`,
      });
      throw error;
    }
  };
  globalThis.fetch = watched;
  try {
    const failure = await start();
    if (failure === undefined) return undefined;
    return compilationFailure() ?? problems[0] ?? { ...failure, remedy: paths };
  } finally {
    if (globalThis.fetch === watched) globalThis.fetch = fetch;
  }
}

function addressOf(input: RequestInfo | URL): string {
  const text = input instanceof Request ? input.url : String(input);
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  return location === undefined ? text : new URL(text, location.href).href;
}

/** What is wrong with an answer; undefined if nothing is. */
function problemOf({ ok, status, headers }: Response, address: string): string | undefined {
  if (!ok) return `${address} is not there: the server answers ${status}`;
  const type = headers.get('Content-Type') ?? '';
  // Servers of applications give their page for every path that they do not know.
  if (/^text\/html/i.test(type)) return `${address} is a page (${type}) and no .wasm file`;
  return undefined;
}

/** Compiles the smallest module, which a page may not be allowed to. */
function compilationFailure(): Failure | undefined {
  if (typeof WebAssembly === 'undefined') {
    return { reason: 'there is no WebAssembly here', remedy: 'use a newer browser or Node.js' };
  }
  try {
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    return undefined;
  } catch (error) {
    return {
      reason: `WebAssembly is refused: ${(error as Error).message}`,
      remedy: policy,
    };
  }
}
