/** Where in a file a `VolumeFormatError` arose. */
export interface VolumeFormatErrorDetails {
  /** Name of the offending field as the format's definition spells it, for example `dim[3]`. */
  readonly field?: string;
  /** Byte offset of the field in the (decompressed) file. */
  readonly offset?: number;
  readonly cause?: unknown;
}

/**
 * A file that is damaged or uses something this package does not support. The message names the
 * file, the field, what the field holds and what to do.
 */
export class VolumeFormatError extends Error {
  override readonly name: string = 'VolumeFormatError';
  /** Name of the offending field, if one field is to blame. */
  readonly field: string | undefined;
  /** Byte offset in the (decompressed) file, if one place is to blame. */
  readonly offset: number | undefined;

  constructor(message: string, details: VolumeFormatErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.field = details.field;
    this.offset = details.offset;
  }
}
