/** Where the first element is: after "DICM" and a preamble of 128 bytes, or at once. */
export function startOfElements(bytes: Uint8Array): number {
  return String.fromCharCode(...bytes.subarray(128, 132)) === 'DICM' ? 132 : 0;
}

/**
 * Whether bytes start like a DICOM file: with a preamble and "DICM", or, as old writers left them
 * out, with an element of group 0002 or 0008 that says its value representation or a likely length.
 */
export function isDicom(bytes: Uint8Array): boolean {
  if (startOfElements(bytes) > 0) return true;
  if (bytes.length < 8) return false;
  const [low, high, elementLow, elementHigh, ...next] = bytes.subarray(0, 8) as unknown as number[];
  const isExplicit = /^(AE|CS|D[AT]|IS|LO|O[BW]|PN|S[HQT]|TM|U[ILN])$/.test(
    String.fromCharCode(next[0]!, next[1]!),
  );
  if (low === 0 && high === 8) return isExplicit;
  if ((low !== 2 && low !== 8) || high !== 0 || elementHigh !== 0) return false;
  // Of the first elements of these groups none is long.
  return isExplicit || (elementLow! <= 0x18 && next[2] === 0 && next[3] === 0 && next[1] === 0);
}

/**
 * Whether there is nothing in a file, or zeros only: a copy that broke off, perhaps within "DICM" after
 * an empty preamble.
 */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.subarray(0, bytes.length < 132 ? 128 : bytes.length).every((byte) => byte === 0);
}
