import { PbfWriter } from 'pbf';
import type { Scalar } from './scalars.ts';

/** What a record of TensorBoard's holds; `event.proto` and `summary.proto` of TensorFlow. */
export interface BoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  /** `brain.Event:2` at the beginning of a file. */
  readonly fileVersion?: string;
  /** A run goes on from here: TensorBoard forgets what it had of this step and later ones. */
  readonly isStart?: boolean;
  readonly scalars?: readonly Scalar[];
}

/**
 * An event as a record of TensorFlow's file of records: length (8 bytes), checksum of the length,
 * the event, checksum of the event, all little-endian.
 */
export function eventRecord(event: BoardEvent): Uint8Array {
  const data = encode(event);
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return record;
}

function encode({ wallTime, step, fileVersion, isStart, scalars }: BoardEvent): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, wallTime);
  if (step !== undefined) pbf.writeVarintField(2, step);
  if (fileVersion !== undefined) pbf.writeStringField(3, fileVersion);
  if (scalars !== undefined) pbf.writeMessage(5, writeSummary, scalars);
  if (isStart) pbf.writeMessage(7, writeSession, 1);
  return pbf.finish();
}

function writeSummary(scalars: readonly Scalar[], pbf: PbfWriter): void {
  for (const scalar of scalars) pbf.writeMessage(1, writeValue, scalar);
}

function writeValue({ tag, value }: Scalar, pbf: PbfWriter): void {
  pbf.writeStringField(1, tag);
  pbf.writeFloatField(2, value);
}

/** `SessionLog` with its status, 1 for `START`. */
function writeSession(status: number, pbf: PbfWriter): void {
  pbf.writeVarintField(1, status);
}

/** A checksum as these files have it, so that checksums of checksums are not 0. */
function masked(bytes: Uint8Array): number {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

/** The polynomial of CRC-32C (Castagnoli), bits reversed. */
const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ polynomial : sum >>> 1;
  return sum;
});

/** CRC-32C of bytes, as in RFC 3720. */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = table[(sum ^ byte) & 255]! ^ (sum >>> 8);
  return ~sum >>> 0;
}
