const causes: Readonly<Record<string, string | undefined>> = {
  ENOENT: 'it does not exist; check the path',
  EACCES: 'permission is denied; change the permissions or choose another path',
  EPERM: 'the operation is not permitted; change the permissions or choose another path',
  EROFS: 'the file system is read-only; choose a path on a writable one',
  ENOSPC: 'the disk is full; free some space and run the command again',
  EDQUOT: 'the disk quota is used up; free some space and run the command again',
  EFBIG: 'the file would exceed the size limit; raise the limit and run the command again',
  EISDIR: 'it is a folder; name a file',
  ENOTDIR: 'a part of the path is a file, not a folder; check the path',
  EEXIST: 'it exists already; choose another path',
  ENOTEMPTY: 'the folder is not empty; choose another path',
};

/** A failed file operation. */
export class FileError extends Error {
  /** The verb, for example `read` or `write`. */
  readonly action: string;

  constructor(message: string, action: string, options: ErrorOptions) {
    super(message, options);
    this.action = action;
  }
}

/**
 * The error for a failed file operation: says which path, what was attempted and what to do about it.
 *
 * @param action the verb, for example `read` or `write`
 */
export function fileError(path: string, action: string, cause: unknown): FileError {
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  const known =
    action === 'write' && code === 'ENOENT'
      ? 'its folder does not exist; make it first'
      : causes[code ?? ''];
  const reason = known ?? (cause instanceof Error ? cause.message : String(cause));
  return new FileError(`cannot ${action} '${path}': ${reason}`, action, { cause });
}
