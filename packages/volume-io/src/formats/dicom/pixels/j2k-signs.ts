/** The first marks of a JPEG 2000 stream: SOC and SIZ. */
const BEGINNING = [0xff, 0x4f, 0xff, 0x51] as const;
/** Where SIZ counts the components, from the stream's start, and the bytes that it has for each. */
const COUNT_AT = 40;
const COMPONENT_BYTES = 3;
const SIGN = 0x80;

/**
 * Makes a JPEG 2000 stream of signed samples one of unsigned samples, in place, because decoders that
 * were made for the web give negative samples of up to 8 bits as 0. Of unsigned samples the standard
 * adds half of the range to what was coded (ISO/IEC 15444-1, G.1), so that nothing is lost.
 * @returns by how much the samples are now larger: 0 where they had no sign
 */
export function withoutSigns(stream: Uint8Array): number {
  const start = stream.findIndex((_, at) => BEGINNING.every((byte, i) => stream[at + i] === byte));
  if (start === -1) return 0;
  const count = (stream[start + COUNT_AT]! << 8) | stream[start + COUNT_AT + 1]!;
  const places = Array.from(
    { length: count },
    (_, i) => start + COUNT_AT + 2 + COMPONENT_BYTES * i,
  );
  const [first] = places.map((at) => stream[at]);
  if (first === undefined || first < SIGN || places.some((at) => stream[at] !== first)) return 0;
  for (const at of places) stream[at]! -= SIGN;
  return 2 ** (first - SIGN);
}
