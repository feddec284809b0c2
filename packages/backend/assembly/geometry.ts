/**
 * How output positions and kernel taps meet input positions: input row = position row × stepY +
 * the tap's offset, and the same for columns. Written by `src/wasm/geometry.ts`, field by field
 * as 32-bit integers; addresses and strides are in bytes, all else counts.
 */
@unmanaged
export class Geometry {
  /** What is read: [batch, readHeight, readWidth, readPitch bytes]. */
  read: usize;
  /** Positions that are visited: first…last − 1 of batch × rows × columns. */
  first: i32;
  last: i32;
  readHeight: i32;
  readWidth: i32;
  readPitch: i32;
  /** Positions in each image, and their steps in the image that is read. */
  rows: i32;
  columns: i32;
  stepY: i32;
  stepX: i32;
  /** What belongs to a position: [batch, writeHeight, writeWidth, writePitch bytes], at row × writeStepY + writeY. */
  write: usize;
  writeHeight: i32;
  writeWidth: i32;
  writePitch: i32;
  writeStepY: i32;
  writeStepX: i32;
  writeY: i32;
  writeX: i32;
  /** Triples (row offset, column offset, index of the tap in the filter). */
  taps: usize;
  tapCount: i32;
  /** A row of zeros for taps that fall into the padding. */
  zeros: usize;
  /** A row that positions past the end are written to. */
  sink: usize;
  /** Room for tile × tapCount addresses, and for tile addresses. */
  table: usize;
  owners: usize;
  /** Positions handled at a time, a multiple of 8. */
  tile: i32;
}

/**
 * Addresses that the taps of positions start…start+count read, at
 * table + (position >> 3) × groupStride + tap × tapStride + (position & 7) × 4;
 * positions up to the next multiple of 8 read zeros.
 */
export function fillTable(g: Geometry, start: i32, count: i32, groupStride: i32, tapStride: i32): void {
  const columns = g.columns, rows = g.rows, stepX = g.stepX, width = g.readWidth, pitch = g.readPitch;
  const zeros = g.zeros;
  const firstColumn = start % columns;
  const firstRow = (start / columns) % rows;
  const firstImage = start / columns / rows;
  const padded = (count + 7) & ~7;
  for (let t = 0; t < g.tapCount; t++) {
    const offsetY = load<i32>(g.taps + t * 12);
    const offsetX = load<i32>(g.taps + t * 12, 4);
    const base = g.table + t * tapStride;
    let image = firstImage, row = firstRow, column = firstColumn, position = 0;
    while (position < count) {
      const end = min(position + columns - column, count);
      const y = row * g.stepY + offsetY;
      if (<u32>y >= <u32>g.readHeight) {
        for (; position < end; position++) {
          store<usize>(base + (position >> 3) * groupStride + ((position & 7) << 2), zeros);
        }
      } else {
        const line = g.read + (image * g.readHeight + y) * width * pitch;
        let x = column * stepX + offsetX;
        for (; position < end; position++) {
          const address = <u32>x < <u32>width ? line + x * pitch : zeros;
          store<usize>(base + (position >> 3) * groupStride + ((position & 7) << 2), address);
          x += stepX;
        }
      }
      column = 0;
      if (++row == rows) {
        row = 0;
        image++;
      }
    }
    for (; position < padded; position++) {
      store<usize>(base + (position >> 3) * groupStride + ((position & 7) << 2), zeros);
    }
  }
}

/** Addresses in `write` of positions start…start+count; those up to the next multiple of 8 are the sink. */
export function fillOwners(g: Geometry, start: i32, count: i32): void {
  const columns = g.columns, rows = g.rows;
  let column = start % columns;
  let row = (start / columns) % rows;
  let image = start / columns / rows;
  const padded = (count + 7) & ~7;
  let position = 0;
  for (; position < count; position++) {
    const y = row * g.writeStepY + g.writeY;
    const x = column * g.writeStepX + g.writeX;
    store<usize>(
      g.owners + (position << 2),
      g.write + ((image * g.writeHeight + y) * g.writeWidth + x) * g.writePitch,
    );
    if (++column == columns) {
      column = 0;
      if (++row == rows) {
        row = 0;
        image++;
      }
    }
  }
  for (; position < padded; position++) store<usize>(g.owners + (position << 2), g.sink);
}
