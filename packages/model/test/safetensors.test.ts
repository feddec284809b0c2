import { describe, expect, it } from 'vitest';
import { encodeHalves } from '../src/bytes/encode-halves.ts';
import { encodeSafetensors } from '../src/safetensors/encode-safetensors.ts';
import { readSafetensors, readSafetensorsFile } from '../src/safetensors/read-safetensors.ts';

/** A file made by hand from the format's definition: length, JSON, data. */
function file(header: unknown, body: Uint8Array = new Uint8Array()): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, body]);
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

describe('readSafetensors', () => {
  it.each([
    ['F32', new Float32Array([1.5, -2, 0.1]), [1.5, -2, Math.fround(0.1)]],
    // Half floats by hand: 1.5, −2, smallest subnormal, infinity.
    ['F16', new Uint16Array([0x3e00, 0xc000, 0x0001, 0x7c00]), [1.5, -2, 2 ** -24, Infinity]],
    ['BF16', new Uint16Array([0x3fc0, 0xc000]), [1.5, -2]],
    ['I64', new BigInt64Array([5n, -7n]), [5, -7]],
    ['F64', new Float64Array([1.5, -0.1]), [1.5, Math.fround(-0.1)]],
    ['I32', new Int32Array([2 ** 30, -7]), [2 ** 30, -7]],
    ['I16', new Int16Array([300, -7]), [300, -7]],
    ['I8', new Int8Array([100, -7]), [100, -7]],
    ['U8', new Uint8Array([200, 7]), [200, 7]],
    ['BOOL', new Uint8Array([1, 0]), [1, 0]],
  ])('reads %s by the format’s definition', (dtype, values, expected) => {
    const entry = { dtype, shape: [values.length], data_offsets: [0, values.byteLength] };
    const tensors = readSafetensors(file({ x: entry }, bytesOf(values)));
    expect(tensors.get('x')).toEqual({ shape: [values.length], data: Float32Array.from(expected) });
  });

  it('reads scalars, empty tensors, several tensors and metadata, at any alignment', () => {
    const header = {
      __metadata__: { note: 'hello' },
      b: { dtype: 'F32', shape: [], data_offsets: [4, 8] },
      a: { dtype: 'F32', shape: [1, 1], data_offsets: [0, 4] },
      e: { dtype: 'F32', shape: [0, 3], data_offsets: [8, 8] },
    };
    const bytes = file(header, bytesOf(new Float32Array([1, 2])));
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const { tensors, metadata } = readSafetensorsFile(shifted.subarray(1));
    expect(metadata).toEqual({ note: 'hello' });
    expect([...tensors.keys()]).toEqual(['b', 'a', 'e']);
    expect(tensors.get('b')).toEqual({ shape: [], data: new Float32Array([2]) });
    expect(tensors.get('a')).toEqual({ shape: [1, 1], data: new Float32Array([1]) });
    expect(tensors.get('e')).toEqual({ shape: [0, 3], data: new Float32Array() });
  });

  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const body = bytesOf(new Float32Array(2));
  it.each([
    ['an empty file', new Uint8Array(), 'header length'],
    ['a file of 7 bytes', new Uint8Array(7), 'header length'],
    ['a header longer than the file', file({ x: entry }, body).subarray(0, 20), 'a header inside'],
    [
      'a header length of 2⁶³',
      new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0x80, 0x7b, 0x7d]),
      'a header inside',
    ],
    ['a header that is no JSON', file('{x'), 'a JSON object as header'],
    ['a header that is a list', file([1]), 'a JSON object as header'],
    [
      'a header that is no UTF-8',
      new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe]),
      'a JSON object as header',
    ],
    ['truncated data', file({ x: entry }, body.subarray(0, 5)), "tensor 'x'"],
    [
      'offsets that do not fit the shape',
      file({ x: { ...entry, data_offsets: [0, 4] } }, body),
      "tensor 'x'",
    ],
    ['offsets in reverse', file({ x: { ...entry, data_offsets: [8, 0] } }, body), "tensor 'x'"],
    ['negative offsets', file({ x: { ...entry, data_offsets: [-8, 0] } }, body), "tensor 'x'"],
    ['missing offsets', file({ x: { ...entry, data_offsets: undefined } }, body), "tensor 'x'"],
    [
      'a shape beyond memory',
      file({ x: { ...entry, shape: [2 ** 40, 2 ** 40] } }, body),
      "tensor 'x'",
    ],
    ['a negative shape', file({ x: { ...entry, shape: [-2] } }, body), 'a shape of whole numbers'],
    [
      'a dtype not supported',
      file({ x: { ...entry, dtype: 'C64' } }, body),
      'dtype F64, F32, F16, BF16, I64',
    ],
    [
      'bytes that belong to no tensor',
      file({ x: entry }, bytesOf(new Float32Array(3))),
      '8 bytes of data, as its tensors need, got 12',
    ],
    ['two tensors in one place', file({ x: entry, y: entry }, body), "tensor 'y'"],
    ['an entry that is null', file({ x: null }, body), "tensor 'x'"],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }, body), 'metadata'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});

describe('encodeSafetensors', () => {
  it('gives what readSafetensors reads, data aligned to 8 bytes', () => {
    const tensors = new Map([
      ['layer/kernel', { shape: [2, 2], data: new Float32Array([1, 2, 3, Number.NaN]) }],
      ['layer/bias', { shape: [], data: new Float32Array([-0]) }],
    ]);
    const bytes = Buffer.concat(encodeSafetensors(tensors, { note: 'ü' }));
    expect(readSafetensorsFile(bytes)).toEqual({ tensors, metadata: { note: 'ü' } });
    expect(bytes.readBigUInt64LE(0) % 8n).toBe(0n);
  });
});

describe('half precision', () => {
  /** Every number of binary16 by the definition in IEEE 754, by its bits. */
  const halfValue = (half: number) => {
    const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
    const size =
      exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : exponent === 0
          ? fraction * 2 ** -24
          : (1024 + fraction) * 2 ** (exponent - 25);
    return half >= 0x8000 ? -size : size;
  };
  const all = Uint16Array.from({ length: 2 ** 16 }, (_, half) => half);

  it('every half-precision number comes back as it is', () => {
    const numbers = Float32Array.from(all, halfValue);
    const halves = encodeHalves(numbers, 'x');
    const wrong = all.filter((half) =>
      Number.isNaN(halfValue(half))
        ? !Number.isNaN(halfValue(halves[half]!))
        : halves[half] !== half,
    );
    expect([...wrong]).toEqual([]);
  });

  it('between two neighbours the nearer is taken, in the middle the even one', () => {
    // Of positive numbers the bits are in order.
    for (let half = 0; half < 0x7bff; half++) {
      const [low, high] = [halfValue(half), halfValue(half + 1)];
      const middle = (low + high) / 2;
      const step = (high - low) / 64;
      const [below, at, above, minus] = encodeHalves(
        Float32Array.of(middle - step, middle, middle + step, -(middle + step)),
        'x',
      );
      if (
        below !== half ||
        at !== half + (half % 2) ||
        above !== half + 1 ||
        minus !== 0x8000 + half + 1
      ) {
        expect.fail(`beside ${low}: ${[below, at, above, minus]}`);
      }
    }
  });

  it('numbers beyond the largest are refused by the name of the tensor', () => {
    // The largest is 65504; from halfway to the next on numbers would become infinity.
    expect([...encodeHalves(Float32Array.of(65519, Infinity), 'x')]).toEqual([0x7bff, 0x7c00]);
    expect(() => encodeHalves(Float32Array.of(0, -65520), 'head/kernel')).toThrow(
      "tensor 'head/kernel' must hold numbers of at most ±65504 to be kept in half precision, got -65520",
    );
  });

  it('a file is half as long and reads back as its rounded numbers', () => {
    const data = Float32Array.of(0.1, -3.1413, 1e-7);
    const file = Buffer.concat(
      encodeSafetensors(new Map([['w', { shape: [3], data }]]), {}, 'F16'),
    );
    const header = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE())).toString());
    expect(header.w).toEqual({ dtype: 'F16', shape: [3], data_offsets: [0, 6] });
    // numpy 2.2: np.float32([0.1, -3.1413, 1e-7]).astype(np.float16).astype(np.float32)
    expect(Array.from(readSafetensors(file).get('w')!.data)).toEqual([
      0.0999755859375, -3.140625, 1.1920928955078125e-7,
    ]);
  });
});
