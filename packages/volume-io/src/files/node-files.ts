import { plainBytes } from '../bytes/byte-arrays.ts';
import type { EncodedFile } from '../encoding/encoded-file.ts';

/** The part of `node:fs/promises` that is used here. */
export interface NodeFiles {
  readFile(path: string | URL): Promise<Uint8Array<ArrayBuffer>>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
  readdir(path: string | URL): Promise<string[]>;
  stat(path: string | URL): Promise<{ isFile(): boolean; isDirectory(): boolean; size: number }>;
  open(
    path: string | URL,
    flags?: string,
  ): Promise<{
    read(
      into: Uint8Array<ArrayBuffer>,
      offset: number,
      length: number,
      position: number,
    ): Promise<{ bytesRead: number }>;
    write(
      from: Uint8Array,
      offset: number,
      length: number,
      position: number,
    ): Promise<{ bytesWritten: number }>;
    close(): Promise<void>;
  }>;
}

interface NodeProcess {
  getBuiltinModule?(name: string): unknown;
}

/**
 * Node's file functions, found at run time so that bundles for browsers hold no `node:` import.
 * @throws {Error} where there is no file system
 */
export function nodeFiles(subject: string): NodeFiles {
  const { process } = globalThis as { process?: NodeProcess };
  const files = process?.getBuiltinModule?.('node:fs/promises');
  if (files === undefined) {
    throw new Error(
      `\`${subject}\`: paths need the file system of Node 20.19 or newer; elsewhere use \`decodeVolume\` and \`encodeVolume\` with bytes`,
    );
  }
  return files as NodeFiles;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder; check the path',
  ENOTDIR: 'it or a part of the path is no folder; check the path',
  EISDIR: 'it is a folder; give the path of a file',
  EACCES: 'permission is denied; check who owns it and its mode',
  EPERM: 'permission is denied; check who owns it and its mode',
  EROFS: 'the file system is read-only; choose another folder',
  ENOSPC: 'the disk is full; free some space or choose another folder',
  EDQUOT: 'the disk quota is used up; free some space or choose another folder',
  EMFILE: 'too many files are open; close some',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB; compress it or crop the image',
};

/** An error that names the file and says why it cannot be read or written and what to do. */
function fileError(subject: string, verb: string, path: string | URL, cause: unknown): Error {
  const code = (cause as { code?: unknown } | undefined)?.code;
  const reason =
    (typeof code === 'string' ? REASONS[code] : undefined) ??
    (cause instanceof Error ? cause.message : String(cause));
  return new Error(`\`${subject}\`: cannot ${verb} ${path}: ${reason}`, { cause });
}

/** @throws {Error} if there is no such ordinary file */
export async function readFile(
  path: string | URL,
  subject = 'readVolume',
): Promise<Uint8Array<ArrayBuffer>> {
  const files = nodeFiles(subject);
  try {
    const stat = await files.stat(path);
    // A device or pipe may have no end.
    if (!stat.isFile() && !stat.isDirectory()) throw new Error('it is no ordinary file');
    return await files.readFile(path);
  } catch (error) {
    throw fileError(subject, 'read', path, error);
  }
}

/** The content of a file, or the bytes given, and what errors call them. */
export async function namedBytes(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  subject: string,
  otherwise: string,
): Promise<{ readonly bytes: Uint8Array; readonly name: string }> {
  const isPath = typeof pathOrBytes === 'string' || pathOrBytes instanceof URL;
  return {
    bytes: plainBytes(isPath ? await readFile(pathOrBytes, subject) : pathOrBytes),
    name: isPath ? String(pathOrBytes) : otherwise,
  };
}

/** As `namedBytes`, but of a file that is larger only the first `count` bytes. */
export async function namedBeginning(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  count: number,
  subject: string,
  otherwise: string,
): Promise<{ readonly bytes: Uint8Array; readonly name: string; readonly isWhole: boolean }> {
  const isPath = typeof pathOrBytes === 'string' || pathOrBytes instanceof URL;
  const start = isPath ? await readStart(pathOrBytes, count, subject) : undefined;
  if (start !== undefined) return { bytes: start, name: String(pathOrBytes), isWhole: false };
  return { ...(await namedBytes(pathOrBytes, subject, otherwise)), isWhole: true };
}

/** The first bytes of an ordinary file that has more of them. */
async function readStart(
  path: string | URL,
  count: number,
  subject: string,
): Promise<Uint8Array | undefined> {
  const files = nodeFiles(subject);
  try {
    const stat = await files.stat(path);
    if (!stat.isFile() || stat.size <= count) return undefined;
    const file = await files.open(path);
    try {
      const bytes = new Uint8Array(count);
      const { bytesRead } = await file.read(bytes, 0, count, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(subject, 'read', path, error);
  }
}

/** The files of a folder by name, in order, without hidden ones. */
export async function filesIn(
  folder: string | URL,
  subject: string,
): Promise<readonly (readonly [name: string, path: string | URL])[]> {
  const files = nodeFiles(subject);
  const names = await files.readdir(folder).catch((cause: unknown) => {
    throw fileError(subject, 'read', folder, cause);
  });
  const found: (readonly [string, string | URL])[] = [];
  for (const name of [...names].sort()) {
    if (name.startsWith('.')) continue;
    const path =
      folder instanceof URL
        ? new URL(encodeURIComponent(name), String(folder).replace(/\/?$/, '/'))
        : `${folder.replace(/[/\\]$/, '')}/${name}`;
    const isFile = await files.stat(path).then(
      (stat) => stat.isFile(),
      () => false,
    );
    if (isFile) found.push([name, path]);
  }
  return found;
}

/** Writes a file beside its final name and then renames it, so that it is never there in part. */
export async function writeFile(
  subject: string,
  path: string,
  encode: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const bytes = await encode();
  async function* whole() {
    yield bytes;
  }
  await writePieces(subject, path, { pieces: whole() });
}

/** As `writeFile`, of what comes piece by piece. What goes wrong with the pieces is told as it is. */
export async function writePieces(
  subject: string,
  path: string,
  { pieces, start }: EncodedFile,
): Promise<void> {
  const files = nodeFiles(subject);
  const temporary = temporaryName(path);
  let fault: { readonly cause: unknown } | undefined;
  const told = async <T>(work: Promise<T>): Promise<T> => {
    return work.catch((cause: unknown) => {
      fault = { cause };
      throw cause;
    });
  };
  try {
    const file = await told(files.open(temporary, 'wx'));
    try {
      const write = async (bytes: Uint8Array, from: number) => {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await told(
            file.write(bytes, done, bytes.length - done, from + done),
          );
          done += bytesWritten;
        }
      };
      let length = 0;
      for await (const piece of pieces) {
        await write(piece, length);
        length += piece.length;
      }
      if (start !== undefined) await write(start(length), 0);
    } finally {
      await file.close();
    }
    await told(files.rename(temporary, path));
  } catch (error) {
    await files.rm(temporary, { force: true }).catch(() => {});
    throw fault === undefined ? error : fileError(subject, 'write', path, fault.cause);
  }
}

/**
 * A name beside a file, of its own for each call: not by the process's number, which is 1 in every container that
 * shares the folder; of a long name it has the beginning, so that it is not too long itself.
 */
function temporaryName(path: string): string {
  const [name] = /[^/\\]*$/.exec(path) as unknown as [string];
  const beginning = Array.from(name).slice(0, 50).join('');
  const folder = path.slice(0, path.length - name.length);
  return `${folder}${beginning}.${globalThis.crypto.randomUUID()}.tmp`;
}
