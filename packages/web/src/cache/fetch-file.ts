import { sha256 as sha256Of } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { WeightsDescription } from '../model/model-description.ts';
import type { ModelCache } from './model-cache.ts';

/** What may be asked of downloads. */
export interface FetchOptions {
  readonly cache?: ModelCache | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are there. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * The text at an address, from the network; where that cannot be reached, as it was kept the last time.
 *
 * @throws Error naming the address, and the status or what went wrong
 */
export async function fetchText(
  address: URL,
  { cache, signal }: FetchOptions,
): Promise<{ readonly text: string; readonly fromCache: boolean }> {
  const key = address.href;
  let answer: Response;
  try {
    answer = await request(address, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const kept = await cache?.read(key);
    if (kept === undefined) throw error;
    return { text: await kept.text(), fromCache: true };
  }
  const text = await checked(answer, address).text();
  await keep(cache, key, new Blob([text]));
  return { text, fromCache: false };
}

/**
 * A file of which length and digest are known: as it is kept, else from the network, where a download that was
 * broken off goes on if the server can do so.
 *
 * @throws Error naming the address, and the status, the length or the digest that came
 */
export async function fetchFile(
  address: URL,
  wanted: WeightsDescription,
  options: FetchOptions,
): Promise<{ readonly content: Blob; readonly fromCache: boolean }> {
  const { cache, onBytes } = options;
  const kept = await cache?.read(wanted.sha256);
  // What is kept was checked before; it may be cut where the disk was full.
  if (kept?.size === wanted.bytes) {
    onBytes?.(wanted.bytes);
    return { content: kept, fromCache: true };
  }
  const partKey = `${wanted.sha256}.part`;
  const part = await cache?.read(partKey);
  const content = await download(address, wanted, part, { ...options, partKey });
  await keep(cache, wanted.sha256, content);
  await cache?.remove(partKey);
  return { content, fromCache: false };
}

async function download(
  address: URL,
  wanted: WeightsDescription,
  part: Blob | undefined,
  options: FetchOptions & { readonly partKey: string },
): Promise<Blob> {
  const { cache, signal, onBytes, partKey } = options;
  const start = part !== undefined && part.size > 0 && part.size < wanted.bytes ? part.size : 0;
  const answer = await request(address, signal, start);
  const goesOn =
    start > 0 &&
    answer.status === 206 &&
    answer.headers.get('Content-Range')?.startsWith(`bytes ${start}-`) === true;
  if (start > 0 && !goesOn && answer.status !== 200) {
    return download(address, wanted, undefined, options);
  }
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const hash = sha256Of.create();
  let length = 0;
  const take = (piece: Uint8Array<ArrayBuffer>): void => {
    hash.update(piece);
    pieces.push(piece);
    length += piece.length;
    onBytes?.(length);
  };
  if (goesOn) take(new Uint8Array(await part!.arrayBuffer()));
  const brokenOff = async (cause: unknown): Promise<never> => {
    if (length > 0) await keep(cache, partKey, new Blob(pieces));
    signal?.throwIfAborted();
    if (length === 0) throw cause;
    throw new Error(
      `${address.href} cannot be fetched to its end: ${(cause as Error).message} after ${length} of ${wanted.bytes} bytes; ask again, it goes on from there`,
      { cause },
    );
  };
  const reader = checked(answer, address).body!.getReader();
  while (length <= wanted.bytes) {
    const { done, value } = await reader.read().catch(brokenOff);
    if (done) break;
    take(value);
  }
  if (length > wanted.bytes) await reader.cancel();
  const digest = bytesToHex(hash.digest());
  if (length === wanted.bytes && digest === wanted.sha256) return new Blob(pieces);
  // A server that compresses counts other bytes than these.
  if (goesOn) return download(address, wanted, undefined, options);
  const [want, got] =
    length === wanted.bytes
      ? [`SHA-256 ${wanted.sha256}`, digest]
      : [`${wanted.bytes} bytes`, length > wanted.bytes ? 'more' : `${length}${pageNote(answer)}`];
  throw new RangeError(
    `${address.href} must have ${want}, as its model.json says, got ${got}; serve both files of one export`,
  );
}

async function request(address: URL, signal?: AbortSignal, start = 0): Promise<Response> {
  try {
    return await fetch(address, {
      ...(signal && { signal }),
      ...(start > 0 && { headers: { Range: `bytes=${start}-` } }),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(
      `${address.href} cannot be fetched: ${(cause as Error).message}; there is no network, or the server does not allow this page (CORS), or a Content-Security-Policy does not allow the address in connect-src`,
      { cause },
    );
  }
}

function checked(answer: Response, address: URL): Response {
  if (answer.ok) return answer;
  throw new Error(
    `${address.href} must be a file of a model, but the server answers ${answer.status} ${answer.statusText}; check the address`,
  );
}

function pageNote({ headers }: Response): string {
  return /^text\/html/i.test(headers.get('Content-Type') ?? '') ? ' of a page' : '';
}

/** What cannot be kept, as where the disk is full, is fetched again the next time. */
async function keep(cache: ModelCache | undefined, key: string, content: Blob): Promise<void> {
  try {
    await cache?.write(key, content);
  } catch {
    await cache?.remove(key).catch(() => {});
  }
}
