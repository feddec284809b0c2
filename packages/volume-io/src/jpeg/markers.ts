/** A marker of a JPEG stream (ITU-T T.81, B.1.1.2). */
export interface JpegMarker {
  /** Its second byte: 0xd8 for SOI. */
  readonly code: number;
  /** Where what follows it starts. */
  readonly end: number;
  /** Bytes before it that belong to nothing. */
  readonly stray: number;
}

/**
 * The next marker from `at` on, or `undefined` where the data end. Fill bytes of 255 may stand before
 * it; other bytes that do are passed over, as libjpeg passes over them.
 */
export function nextMarker(bytes: Uint8Array, at: number): JpegMarker | undefined {
  for (let place = at; ; place++) {
    const start = bytes.indexOf(0xff, place);
    if (start < 0) return undefined;
    let end = start + 1;
    while (bytes[end] === 0xff) end++;
    if (end >= bytes.length) return undefined;
    const code = bytes[end]!;
    if (code !== 0) return { code, end: end + 1, stray: start - at };
    place = end;
  }
}

/** A marker with the segment that it starts. */
export interface JpegSegment extends JpegMarker {
  readonly body: Uint8Array;
}

/**
 * The segments of a stream up to the data of the first scan, its end, or what is no segment.
 * @param bytes start with SOI
 */
export function* headerSegments(bytes: Uint8Array): Generator<JpegSegment> {
  for (let at = 2; ; ) {
    const marker = nextMarker(bytes, at);
    if (marker === undefined || marker.code === EOI) return;
    at = marker.end;
    if (isAlone(marker.code)) continue;
    const length = segmentLength(bytes, at);
    if (length === undefined) return;
    yield { ...marker, body: bytes.subarray(at + 2, at + length) };
    if (marker.code === SOS) return;
    at += length;
  }
}

export const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;

/** Whether a marker has no segment: restart marks, and TEM. */
export function isAlone(code: number): boolean {
  return (code >= 0xd0 && code <= SOI) || code === 1;
}

/** Bytes of a segment with the two that say so; `undefined` if it is cut off. */
export function segmentLength(bytes: Uint8Array, at: number): number | undefined {
  if (at + 2 > bytes.length) return undefined;
  const length = bytes[at]! * 256 + bytes[at + 1]!;
  return length < 2 || at + length > bytes.length ? undefined : length;
}
