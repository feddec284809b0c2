import { madd } from './lanes';

/** out[row, c] = (x[row, c] − centre[c]) × scale[c] + shift[c]. */
export function normalize(
  x: usize, out: usize, rows: i32, columns: i32, centre: usize, scale: usize, shift: usize,
): void {
  for (let row = 0; row < rows; row++) {
    let c = 0;
    for (; c + 4 <= columns; c += 4) {
      const o = c << 2;
      const d = f32x4.sub(v128.load(x + o), v128.load(centre + o));
      v128.store(out + o, madd(v128.load(shift + o), d, v128.load(scale + o)));
    }
    for (; c < columns; c++) {
      const o = c << 2;
      const d = load<f32>(x + o) - load<f32>(centre + o);
      store<f32>(out + o, load<f32>(shift + o) + d * load<f32>(scale + o));
    }
    x += columns << 2;
    out += columns << 2;
  }
}

/** out[row, c] = dy[row, c] × scale[c] + (x[row, c] − centre[c]) × slope[c] + shift[c]. */
export function normalizeGradient(
  dy: usize, x: usize, out: usize, rows: i32, columns: i32,
  scale: usize, centre: usize, slope: usize, shift: usize,
): void {
  for (let row = 0; row < rows; row++) {
    let c = 0;
    for (; c + 4 <= columns; c += 4) {
      const o = c << 2;
      const d = f32x4.sub(v128.load(x + o), v128.load(centre + o));
      const s = madd(v128.load(shift + o), v128.load(dy + o), v128.load(scale + o));
      v128.store(out + o, madd(s, d, v128.load(slope + o)));
    }
    for (; c < columns; c++) {
      const o = c << 2;
      const d = load<f32>(x + o) - load<f32>(centre + o);
      const s = load<f32>(shift + o) + load<f32>(dy + o) * load<f32>(scale + o);
      store<f32>(out + o, s + d * load<f32>(slope + o));
    }
    dy += columns << 2;
    x += columns << 2;
    out += columns << 2;
  }
}
