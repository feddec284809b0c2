import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { MIMEType } from 'node:util';
import { HttpError } from './http-error.ts';
import { isZip, unzip } from './unzip.ts';

/** A file that was sent. */
export interface UploadedFile {
  /** The name of its field, in multipart; else empty. */
  readonly field: string;
  readonly bytes: Uint8Array;
}

/**
 * Media types of a single file; their bytes tell what they are. Programs that were not told a type, curl for
 * one, say that it is a form.
 */
const singles = new Set([
  'application/octet-stream',
  'application/gzip',
  'application/x-gzip',
  'application/x-nifti',
  'application/dicom',
  'application/zip',
  'application/x-zip-compressed',
  'application/x-www-form-urlencoded',
  'image/png',
  'image/jpeg',
  'image/tiff',
]);
const supported =
  'a file (application/octet-stream, application/dicom, image/png, …), an archive (application/zip) or several files (multipart/form-data)';

/**
 * The files of a request, in memory: its body, or those of an archive or a form.
 *
 * @param limit on the body, and on what an archive holds, in bytes
 * @param begin called before the body is read, when nothing speaks against it so far
 * @throws HttpError 400 for a broken or empty body, 413 for one that is too large, 415 for one of another kind
 */
export async function readUpload(
  request: IncomingMessage,
  limit: number,
  begin: () => void = () => {},
): Promise<readonly UploadedFile[]> {
  const type = typeOf(request);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new HttpError(415, `the body must come as it is, got Content-Encoding '${encoding}'`);
  }
  if (Number(request.headers['content-length']) > limit) throw tooLarge(limit);
  const isForm = type === 'multipart/form-data';
  if (!isForm && type !== undefined && !singles.has(type)) {
    throw new HttpError(415, `the body must be ${supported}, got '${type}'`);
  }
  begin();
  const files = isForm
    ? await formFiles(request, limit)
    : [{ field: '', bytes: await collect(request, limit) }];
  if (files.every(({ bytes }) => bytes.length === 0)) {
    throw new HttpError(400, `the body must hold ${supported}, but is empty`);
  }
  const unpacked: UploadedFile[] = [];
  let left = limit;
  for (const { field, bytes } of files) {
    const inside = isZip(bytes) ? await unzip(bytes, left) : [bytes];
    left -= inside.reduce((sum, { length }) => sum + length, 0);
    unpacked.push(...inside.map((own) => ({ field, bytes: own })));
  }
  return unpacked;
}

function typeOf({ headers }: IncomingMessage): string | undefined {
  const text = headers['content-type'];
  if (text === undefined) return undefined;
  try {
    return new MIMEType(text).essence;
  } catch (cause) {
    throw new HttpError(415, `the Content-Type must be ${supported}, got '${text}'`, {}, { cause });
  }
}

function tooLarge(limit: number): HttpError {
  return new HttpError(413, `the body must have at most ${limit} bytes, but is larger`);
}

async function collect(stream: Readable, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(stream)) {
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Without `destroy` at the end, so that the answer still finds its way. */
function chunksOf(stream: Readable): AsyncIterable<Buffer> {
  return stream.iterator({ destroyOnReturn: false });
}

/** The files of a form (RFC 7578). */
async function formFiles(request: IncomingMessage, limit: number): Promise<UploadedFile[]> {
  const { Busboy } = await import('@fastify/busboy');
  const files: Promise<UploadedFile>[] = [];
  try {
    const headers = { ...request.headers, 'content-type': request.headers['content-type']! };
    const form = new Busboy({ headers, isPartAFile: () => true });
    form.on('file', (field, stream) => {
      const file = collect(stream, limit).then((bytes) => ({ field, bytes }));
      // Told when it is awaited.
      file.catch(() => {});
      files.push(file);
    });
    const finished = new Promise<void>((resolve, reject) => {
      form.on('finish', resolve);
      form.on('error', reject);
    });
    finished.catch(() => {});
    let length = 0;
    for await (const chunk of chunksOf(request)) {
      length += chunk.length;
      if (length > limit) throw tooLarge(limit);
      if (!form.write(chunk)) {
        const drained = new Promise((resolve) => form.once('drain', resolve));
        await Promise.race([drained, finished]);
      }
    }
    form.end();
    await finished;
    return await Promise.all(files);
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    throw new HttpError(
      400,
      `the body must be a whole multipart/form-data (${(cause as Error).message}); send it again`,
      {},
      { cause },
    );
  }
}
