/** ONNX Runtime, or what it is to compute on, cannot be had: why and how to get it, in one line. */
export class OrtMissingError extends Error {
  override readonly name = 'OrtMissingError';
  /** What is missing. */
  readonly reason: string;
  /** How to get it. */
  readonly remedy: string;

  constructor(reason: string, remedy: string, cause: unknown) {
    super(`ort backend: ${reason}; to get it: ${remedy}.`, { cause });
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** The first line of what went wrong. */
export function firstLine(error: unknown): string {
  const { message = String(error) } = error as { message?: string };
  return message.split('\n', 1)[0]!.trim();
}
