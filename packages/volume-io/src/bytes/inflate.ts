/** What data are compressed by; `deflate` is zlib's format. */
export type Compression = 'gzip' | 'deflate' | 'deflate-raw';

/** No sound file looks so often as if a member ended that does not; each time costs time. */
const MAX_MISSES = 8;

/**
 * Inflates data as they are asked for, also gzip files of several members (RFC 1952, 2.2), as bgzip
 * and `cat` make them. The result throws where the data are damaged, cut off, or followed by
 * something else.
 */
export function inflated(
  bytes: Uint8Array,
  compression: Compression,
): AsyncGenerator<Uint8Array, void, undefined> {
  const ends = compression === 'gzip' ? likelyEnds(bytes) : [];
  return ends.length > 1 ? inflatedMembers(bytes, ends) : inflatedMember(bytes, compression);
}

async function* inflatedMembers(
  bytes: Uint8Array,
  likely: readonly number[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const ends = (await takesMembers()) ? [bytes.length] : likely;
  let start = 0;
  let given = 0;
  let misses = 0;
  for (const end of ends) {
    if (misses === MAX_MISSES && end < bytes.length) continue;
    try {
      let seen = 0;
      for await (const chunk of inflatedMember(bytes.subarray(start, end), 'gzip')) {
        const fresh = chunk.subarray(Math.max(0, given - seen));
        seen += chunk.length;
        given += fresh.length;
        if (fresh.length > 0) yield fresh;
      }
    } catch (error) {
      if (end === bytes.length) throw error;
      // Compressed data only looked like the next member: this one goes on, after what was given.
      misses++;
      continue;
    }
    start = end;
    given = 0;
  }
}

async function* inflatedMember(
  bytes: Uint8Array,
  compression: Compression,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough<Uint8Array>(new DecompressionStream(compression));
  // By its reader, since not every browser iterates over streams.
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Where members end, if what looks like the header of another one is one; at last the data's end. */
function likelyEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(0x1f, 1); at >= 0; at = bytes.indexOf(0x1f, at + 1)) {
    const isHeader = bytes[at + 1] === 0x8b && bytes[at + 2] === 8 && bytes[at + 3]! < 0x20;
    if (isHeader) ends.push(at);
  }
  return [...ends, bytes.length];
}

let memberSupport: Promise<boolean> | undefined;

/** Whether streams here go on with the next member; the standard has them refuse it. */
function takesMembers(): Promise<boolean> {
  const empty = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  memberSupport ??= inflatedMember(Uint8Array.from([...empty, ...empty]), 'gzip')
    .next()
    .then(
      () => true,
      () => false,
    );
  return memberSupport;
}
