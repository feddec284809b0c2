import { joinBytes } from '../bytes/byte-arrays.ts';

/**
 * Encodes with UIDs that come from the content, one for each purpose, so that the same content makes
 * the same bytes.
 * @throws {Error} where there is no `crypto.subtle`
 */
export async function encodeWithUids<Purpose extends string>(
  caller: string,
  purposes: readonly Purpose[],
  encode: (uids: Readonly<Record<Purpose, string>>) => Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const all = (uids: readonly string[]) =>
    Object.fromEntries(purposes.map((purpose, i) => [purpose, uids[i]!])) as Record<
      Purpose,
      string
    >;
  const content = encode(all(purposes.map(() => '')));
  const uids = purposes.map((purpose) =>
    contentUid(caller, joinBytes([content, new TextEncoder().encode(purpose)])),
  );
  return encode(all(await Promise.all(uids)));
}

/**
 * A UID (PS3.5, B.2) from content: 2.25 and the decimal form of a UUID (RFC 9562, version 8) from a
 * SHA-256 digest.
 */
async function contentUid(caller: string, content: Uint8Array<ArrayBuffer>): Promise<string> {
  // Pages that came over plain HTTP have none.
  const { subtle } = globalThis.crypto as { subtle?: SubtleCrypto };
  if (subtle === undefined) {
    throw new Error(
      `\`${caller}\`: UIDs are digests of the content, which browsers make only on pages from HTTPS or localhost; serve the page so`,
    );
  }
  const bytes = new Uint8Array(await subtle.digest('SHA-256', content)).subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `2.25.${bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n)}`;
}
