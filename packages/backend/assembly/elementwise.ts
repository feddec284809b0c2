import { madd } from './lanes';

/** out = dy where 0 < y and not y ≥ maximum, else 0; a NaN maximum is none. */
export function reluGradient(dy: usize, y: usize, out: usize, count: i32, maximum: f32): void {
  const zero = f32x4.splat(0), top = f32x4.splat(maximum);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const v = v128.load(y);
    const inside = v128.andnot(f32x4.gt(v, zero), f32x4.ge(v, top));
    v128.store(out, v128.and(v128.load(dy), inside));
    dy += 16; y += 16; out += 16;
  }
  for (; i < count; i++) {
    const v = load<f32>(y);
    store<f32>(out, v > 0 && !(v >= maximum) ? load<f32>(dy) : 0);
    dy += 4; y += 4; out += 4;
  }
}

/**
 * One step of AdamW. `keep` multiplies the value before the step; `stepSize` is the learning rate
 * over 1 − beta1ᵗ, `spread` 1 / √(1 − beta2ᵗ), `rest1` 1 − beta1, `rest2` 1 − beta2.
 */
export function adamW(
  value: usize, gradient: usize, m: usize, v: usize, newValue: usize, newM: usize, newV: usize,
  count: i32, keep: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32,
  stepSize: f32, spread: f32, epsilon: f32,
): void {
  const b1 = f32x4.splat(beta1), r1 = f32x4.splat(rest1), b2 = f32x4.splat(beta2), r2 = f32x4.splat(rest2);
  const kept = f32x4.splat(keep), step = f32x4.splat(stepSize);
  const wide = f32x4.splat(spread), eps = f32x4.splat(epsilon);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const o = i << 2;
    const g = v128.load(gradient + o);
    const first = madd(f32x4.mul(g, r1), v128.load(m + o), b1);
    const second = madd(f32x4.mul(f32x4.mul(g, g), r2), v128.load(v + o), b2);
    const size = madd(eps, f32x4.sqrt(second), wide);
    v128.store(newM + o, first);
    v128.store(newV + o, second);
    v128.store(
      newValue + o,
      f32x4.sub(f32x4.mul(v128.load(value + o), kept), f32x4.mul(step, f32x4.div(first, size))),
    );
  }
  for (; i < count; i++) {
    const o = i << 2;
    const g = load<f32>(gradient + o);
    const first = g * rest1 + load<f32>(m + o) * beta1;
    const second = g * g * rest2 + load<f32>(v + o) * beta2;
    const size = epsilon + sqrt<f32>(second) * spread;
    store<f32>(newM + o, first);
    store<f32>(newV + o, second);
    store<f32>(newValue + o, load<f32>(value + o) * keep - stepSize * (first / size));
  }
}
