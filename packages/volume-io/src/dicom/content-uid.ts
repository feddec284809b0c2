/**
 * A UID (PS3.5, B.2) from content, so that the same content has the same UID: 2.25 and the decimal
 * form of a UUID (RFC 9562, version 8) from a SHA-256 digest.
 */
export async function contentUid(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', content)).subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `2.25.${bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n)}`;
}
