import { loadFour, storeFour } from './lanes';

/**
 * dx[batch, height, width, channels] of a maximum pool: dy goes to the window's first position that
 * equals its maximum y. dx comes zeroed.
 */
export function maxPoolGradient(
  x: usize, y: usize, dy: usize, dx: usize,
  batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  windowY: i32, windowX: i32, strideY: i32, strideX: i32, dilationY: i32, dilationX: i32, padTop: i32, padLeft: i32,
): void {
  const pitch = channels << 2;
  for (let b = 0; b < batch; b++) {
    const image = b * height;
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        for (let c = 0; c < channels; c += 4) {
          const o = c << 2, n = min(4, channels - c);
          const best = loadFour(y + o, n), gradient = loadFour(dy + o, n);
          let open = i32x4.splat(-1);
          for (let ky = 0; ky < windowY; ky++) {
            const iy = oy * strideY + ky * dilationY - padTop;
            if (<u32>iy >= <u32>height) continue;
            for (let kx = 0; kx < windowX; kx++) {
              const ix = ox * strideX + kx * dilationX - padLeft;
              if (<u32>ix >= <u32>width) continue;
              const at = ((image + iy) * width + ix) * pitch + o;
              const hit = v128.and(f32x4.eq(loadFour(x + at, n), best), open);
              open = v128.andnot(open, hit);
              storeFour(dx + at, f32x4.add(loadFour(dx + at, n), v128.and(gradient, hit)), n);
            }
          }
        }
        y += pitch;
        dy += pitch;
      }
    }
  }
}

/**
 * dx[b, sourceRow[r], sourceColumn[q], :] += dy[b, r, q, :], the gradient of copying pixels. dx comes
 * zeroed.
 */
export function scatterPixels(
  dy: usize, dx: usize, batch: i32, rows: i32, columns: i32, channels: i32,
  height: i32, width: i32, sourceRow: usize, sourceColumn: usize,
): void {
  const pitch = channels << 2;
  for (let b = 0; b < batch; b++) {
    for (let r = 0; r < rows; r++) {
      const line = dx + (b * height + load<i32>(sourceRow + (r << 2))) * width * pitch;
      for (let q = 0; q < columns; q++) {
        const to = line + load<i32>(sourceColumn + (q << 2)) * pitch;
        let c = 0;
        for (; c + 4 <= channels; c += 4) {
          const o = c << 2;
          v128.store(to + o, f32x4.add(v128.load(to + o), v128.load(dy + o)));
        }
        for (; c < channels; c++) {
          const o = c << 2;
          store<f32>(to + o, load<f32>(to + o) + load<f32>(dy + o));
        }
        dy += pitch;
      }
    }
  }
}
