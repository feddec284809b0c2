import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileDigest, fileError } from '@sts-net/datasets/files';
import type { PretrainedFile } from './pretrained-files.ts';

/** How far a download is. */
export interface DownloadProgress {
  /** The file's name. */
  readonly file: string;
  /** Bytes that are there, those of an earlier attempt included. */
  readonly received: number;
  /** Bytes of the whole file; null where the server does not say. */
  readonly total: number | null;
}

/** Options of {@link downloadFile}. */
export interface DownloadOptions {
  /** Called after each piece that arrives. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Stops the download; what is there stays for the next attempt. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes sure that `path` is a published file: checks one that is there, else downloads it to
 * `path.part`, checks its digest, and renames it. A download that broke off goes on where it stopped,
 * within this call and in a later one; several processes may download the same file at once.
 *
 * @throws Error naming the file, what went wrong and where to put the file by hand
 */
export async function downloadFile(
  file: PretrainedFile,
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  if (await exists(path)) {
    await checkDigest(file, path, path);
    return;
  }
  const part = `${path}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw fileError(dirname(path), 'make the folder', cause);
  }
  const resumed = await fetchInto(part, path, file, options);
  try {
    await checkDigest(file, part, path);
  } catch (error) {
    // Another process was first, and renamed what both were writing.
    if (await exists(path)) return checkDigest(file, path, path);
    await rm(part, { force: true });
    // What an earlier attempt left may be of another version of the file.
    if (!resumed) throw error;
    return downloadFile(file, path, options);
  }
  await rename(part, path).catch(async (cause) => {
    // Another process was first.
    if (!(await exists(path))) throw fileError(path, 'write', cause);
  });
}

/** Downloads to `part`; says whether it had a beginning from an earlier call. */
async function fetchInto(
  part: string,
  path: string,
  file: PretrainedFile,
  options: DownloadOptions,
): Promise<boolean> {
  let handle: FileHandle;
  try {
    // Not emptied, and written at fixed places: others may be writing the same bytes.
    handle = await open(part, constants.O_RDWR | constants.O_CREAT);
  } catch (cause) {
    throw fileError(part, 'write', cause);
  }
  try {
    const before = (await handle.stat()).size;
    for (let size = before; ; ) {
      const start = size;
      try {
        await fetchFrom(start, handle, file, path, options);
        return before > 0;
      } catch (cause) {
        options.signal?.throwIfAborted();
        size = (await handle.stat()).size;
        // A connection that broke off after new bytes is worth another.
        if (cause instanceof DownloadError || size <= start) throw failed(file, path, cause);
      }
    }
  } finally {
    await handle.close();
  }
}

/** What another attempt would not cure. */
class DownloadError extends Error {}

async function fetchFrom(
  start: number,
  handle: FileHandle,
  { url }: PretrainedFile,
  path: string,
  { onProgress, signal }: DownloadOptions,
): Promise<void> {
  const response = await fetch(url, {
    // Compressed bytes could not be continued.
    headers: { 'accept-encoding': 'identity', ...(start > 0 && { range: `bytes=${start}-` }) },
    ...(signal && { signal }),
  });
  if (response.status === 416) {
    // All of it is there, or more than all; the digest tells.
    await response.body?.cancel();
    return;
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    const text = `the server answered ${response.status} ${response.statusText}`;
    throw new DownloadError(text.trimEnd());
  }
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  let received = response.status === 206 ? Number(range?.[1] ?? start) : 0;
  if (received > start) throw new DownloadError('the server sent another part than was asked for');
  const length = response.headers.get('content-length');
  const total = length === null ? null : received + Number(length);
  for await (const chunk of response.body) {
    await write(handle, chunk, received, path);
    received += chunk.length;
    onProgress?.({ file: basename(path), received, total });
  }
  await handle.truncate(received);
}

async function write(
  handle: FileHandle,
  chunk: Uint8Array,
  position: number,
  path: string,
): Promise<void> {
  try {
    for (let done = 0; done < chunk.length; ) {
      const { bytesWritten } = await handle.write(
        chunk,
        done,
        chunk.length - done,
        position + done,
      );
      done += bytesWritten;
    }
  } catch (cause) {
    throw new DownloadError(fileError(`${path}.part`, 'write', cause).message, { cause });
  }
}

async function checkDigest(file: PretrainedFile, found: string, path: string): Promise<void> {
  const digest = await fileDigest(found);
  if (digest.startsWith(file.sha256.toLowerCase())) return;
  const remedy =
    found === path
      ? 'delete the file, then it is downloaded again'
      : 'it was damaged on its way or is another file, try again later';
  throw new RangeError(
    `'${path}' must have a SHA-256 that begins with ${file.sha256}, as ${file.url} has, got ${digest}; ${remedy}`,
  );
}

function failed({ url, sha256 }: PretrainedFile, path: string, cause: unknown): Error {
  const { message, cause: inner } = cause as Error & { cause?: NodeJS.ErrnoException };
  const reason =
    cause instanceof DownloadError ? message : (inner?.code ?? inner?.message ?? message);
  return new Error(
    `cannot download ${url}: ${reason}; try again, or download it elsewhere and put it at '${path}' (its SHA-256 begins with ${sha256})`,
    { cause },
  );
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
