import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { readTorchCheckpoint } from '../src/torch-checkpoint/read-torch-checkpoint.ts';

const folder = join(import.meta.dirname, 'fixtures/checkpoints');
const fixture = (name: string): Buffer => readFileSync(join(folder, name));
/** What PyTorch reads, by tools/fixtures/weights/torch_checkpoints.py. */
const { files } = JSON.parse(fixture('checkpoints.json').toString()) as {
  files: Record<string, Record<string, { shape: number[]; values: (number | string)[] }>>;
};

test.each(Object.keys(files))('golden: reads %s as PyTorch does, bit by bit', (name) => {
  const expected = Object.entries(files[name]!).map(([key, { shape, values }]) => {
    const numbers = values.map((value) =>
      typeof value === 'number' ? value : Number(value.replace('inf', 'Infinity')),
    );
    return [key, { shape, data: Float32Array.from(numbers) }] as const;
  });
  expect([...readTorchCheckpoint(fixture(name))]).toEqual(expected);
});

test('every file that is to be read is there in both formats, and one of Python 2', () => {
  expect(Object.keys(files)).toHaveLength(22);
  expect(readdirSync(folder).filter((name) => name.startsWith('refused'))).toHaveLength(12);
});

test.each([
  ['module-object', "an object of 'torch.nn.modules.linear.Linear'"],
  ['numpy', "an object of 'numpy._core.multiarray.scalar'"],
  ['namespace', "an object of 'argparse.Namespace'"],
  ['dangerous', "an object of 'posix.system'"],
  ['set', "an object of '__builtin__.set'"],
  ['bytes', "an object of '_codecs.encode'"],
  ['size', "an object of 'torch.Size'"],
  ['float8', "an object of 'torch._utils._rebuild_tensor_v3'"],
  ['protocol4', "an object of 'posix.system'"],
  ['torchscript', "an object of '__torch__.torch.nn.modules.linear.Linear'"],
  ['no-tensors', "got a dictionary with 'epoch', 'names'"],
  ['list', 'got no dictionary'],
])('refuses what PyTorch wrote with %s, by its name and with the cure', (name, message) => {
  const bytes = fixture(`refused-${name}.pth`);
  expect(() => readTorchCheckpoint(bytes)).toThrow(message);
  expect(() => readTorchCheckpoint(bytes)).toThrow('PyTorch checkpoint bytes must h');
  expect(() => readTorchCheckpoint(bytes)).toThrow(
    /torch\.save\(model\.state_dict\(\), path\)|fetch/,
  );
});

describe('files that are no checkpoints', () => {
  test.each([
    ['nothing', Buffer.alloc(0), 'got nothing'],
    ['a web page', Buffer.from('<!DOCTYPE html><html>'), 'got 0x3c21'],
    ['safetensors', Buffer.from('\u0002\0\0\0\0\0\0\0{}'), 'got 0x02'],
    ['an empty zip', Buffer.from('504b0506'.padEnd(44, '0'), 'hex'), 'got 0x504b05'],
  ])('%s', (_, bytes, message) => {
    expect(() => readTorchCheckpoint(bytes)).toThrow(message);
    expect(() => readTorchCheckpoint(bytes)).toThrow(RangeError);
  });
});

describe('damage', () => {
  it.each([
    'views.pth',
    'views-stream.pth',
    'python2.pth',
    'protocol4.pth',
    'protocol5-stream.pth',
  ])('property: %s cut at any place is refused', (name) => {
    const whole = fixture(name);
    for (let length = 0; length < whole.length; length++) {
      expect(() => readTorchCheckpoint(whole.subarray(0, length))).toThrow(RangeError);
    }
  });

  it.each(['training.pth', 'training-stream.pth', 'protocol5.pth', 'protocol4-stream.pth'])(
    'property: %s with a byte changed is refused or read, never anything else',
    (name) => {
      const whole = fixture(name);
      for (let i = 0; i < whole.length; i += 3) {
        const bytes = Buffer.from(whole);
        bytes[i]! ^= 1 << (i % 8);
        try {
          expect(readTorchCheckpoint(bytes)).toBeInstanceOf(Map);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }
    },
  );

  it('refuses numbers in another byte order', () => {
    const bytes = fixture('module.pth');
    bytes.write('big   ', bytes.indexOf('little', bytes.indexOf('byteorder')));
    expect(() => readTorchCheckpoint(bytes)).toThrow('little-endian numbers');
  });

  it('refuses compressed entries', () => {
    const bytes = fixture('module.pth');
    bytes.writeUInt16LE(8, bytes.indexOf('PK\u0001\u0002') + 10);
    expect(() => readTorchCheckpoint(bytes)).toThrow('compressed or encrypted');
  });
});

/** A stream made by hand from the format's definition: magic, version, computer, value, storages. */
function stream(value: string | Buffer, ...storages: [key: string, numbers: number[]][]): Buffer {
  const header =
    '80028a0a6cfc9c46f9206aa850192e80024de9032e80027d550d6c6974746c655f656e6469616e88732e';
  const keys = storages.map(([key]) => `U${String.fromCharCode(key.length)}${key}a`).join('');
  const blocks = storages.map(([, numbers]) => {
    const count = Buffer.alloc(8);
    count.writeBigInt64LE(BigInt(numbers.length));
    return Buffer.concat([count, Buffer.from(Float32Array.from(numbers).buffer)]);
  });
  const body = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  return Buffer.concat([
    Buffer.from(header, 'hex'),
    body,
    Buffer.from(`]${keys}.`, 'latin1'),
    ...blocks,
  ]);
}

const int = (value: number): string =>
  `J${String.fromCharCode(...[0, 8, 16, 24].map((shift) => (value >> shift) & 255))}`;
const storage = (key: string, count: number, view = 'N'): string =>
  `(U\u0007storagectorch\nFloatStorage\nU${String.fromCharCode(key.length)}${key}U\u0003cpu${int(count)}${view}tQ`;
const tensor = (from: string, offset: number, shape: number[], strides: number[]): string =>
  `ctorch._utils\n_rebuild_tensor\n(${from}${int(offset)}(${shape.map(int).join('')}t(${strides.map(int).join('')}ttR`;
const dictionary = (...items: [key: string, value: string][]): string =>
  `}${items.map(([key, value]) => `U${String.fromCharCode(key.length)}${key}${value}s`).join('')}.`;

describe('the older stream, by its definition', () => {
  it('reads parts of storages', () => {
    const part = storage('a', 5, `U\u0001v${int(2)}${int(3)}\u0087`);
    const value = dictionary(
      ['w', tensor(part, 1, [2], [1])],
      ['t', tensor(part, 0, [1, 3], [1, 1])],
      ['r', tensor(part, 0, [3, 2], [1, 0])],
    );
    const tensors = readTorchCheckpoint(stream(value, ['a', [1, 2, 3, 4, 5]]));
    expect([...tensors.get('w')!.data]).toEqual([4, 5]);
    expect([...tensors.get('t')!.data]).toEqual([3, 4, 5]);
    expect([...tensors.get('r')!.data]).toEqual([3, 3, 4, 4, 5, 5]);
  });

  it.each<[string, string, [string, number[]][], string]>([
    [
      'a tensor beyond its storage',
      tensor(storage('a', 2), 1, [2], [1]),
      [['a', [1, 2]]],
      'inside',
    ],
    ['strides beyond it', tensor(storage('a', 2), 0, [2], [2]), [['a', [1, 2]]], 'inside their'],
    ['a negative shape', tensor(storage('a', 2), 0, [-2], [1]), [['a', [1, 2]]], 'a shape'],
    ['a negative stride', tensor(storage('a', 2), 1, [2], [-1]), [['a', [1, 2]]], 'strides'],
    ['a negative count', tensor(storage('a', -2), 0, [1], [1]), [['a', [1, 2]]], 'a count'],
    ['more axes than sizes', tensor(storage('a', 2), 0, [1], [1, 1]), [['a', [1, 2]]], 'a shape'],
    ['no storage', tensor(storage('a', 2), 0, [2], [1]), [], "the numbers of storage 'a'"],
    ['a storage too short', tensor(storage('a', 3), 0, [2], [1]), [['a', [1]]], '3 numbers in'],
    ['a storage too many', tensor(storage('a', 1), 0, [1], [1]), [['b', [1]]], "storage 'b'"],
    ['a number for a storage', tensor(int(3), 0, [1], [1]), [], 'tensors of a storage'],
    [
      'a part beyond its storage',
      tensor(storage('a', 2, `U\u0001v${int(1)}${int(2)}\u0087`), 0, [2], [1]),
      [['a', [1, 2]]],
      'parts inside',
    ],
  ])('refuses %s', (_, value, storages, message) => {
    expect(() => readTorchCheckpoint(stream(dictionary(['w', value]), ...storages))).toThrow(
      message,
    );
  });
});

describe('hostile pickles', () => {
  const one: [string, number[]] = ['a', [1]];

  it.each([
    ['takes from an empty stack', '0.', 'opcode 0x30 (POP)'],
    ['ends with an empty stack', '.', 'a value on the stack'],
    ['closes a tuple that was not opened', 't.', 'a mark on the stack'],
    ['takes below a mark', 'N(\u0085.', 'a value on the stack'],
    ['recalls what it never stored', 'h\u0005.', 'a memo 5'],
    ['appends to a tuple', ')Na.', 'appends to a list'],
    ['fills a list as a dictionary', ']NNs.', 'fills a dictionary'],
    ['fills a dictionary with an odd count', '}(Nu.', 'fills a dictionary'],
    ['calls a number', 'K\u0001)R.', 'calls what it names'],
    ['calls with a number', 'ccollections\nOrderedDict\nK\u0001R.', 'calls what it names'],
    ['makes a dictionary of numbers', 'ccollections\nOrderedDict\n]K\u0001a\u0085R.', 'of pairs'],
    ['sets attributes of a list', ']}b.', 'BUILD'],
    ['refers outside', 'K\u0001Q.', 'outside'],
    ['has a number of 200 bytes', `\u008a\u00c8${'\0'.repeat(200)}.`, 'at most 16 bytes'],
    ['has a text longer than the file', 'X\xff\xff\xff\x7f.', 'ends after'],
    ['names a class without end', `c${'x'.repeat(5000)}\n`, 'an object of'],
    ['has an opcode that does not exist', '\x00.', 'opcode 0x00 (unknown)'],
    ['calls a storage', 'ctorch\nFloatStorage\n)R.', 'calls what it names'],
    ['makes a parameter of nothing', 'ctorch._utils\n_rebuild_parameter\n)R.', 'parameters that'],
    ['has text that is no UTF-8', 'X\x01\0\0\0\xff.', 'text in utf-8'],
    [
      'has a tensor of 65 axes',
      dictionary(['w', tensor(storage('a', 1), 0, Array(65).fill(1), Array(65).fill(1))]),
      'a shape',
    ],
    [
      'repeats one number without end',
      dictionary(['w', tensor(storage('a', 1), 0, [2 ** 30, 2 ** 30], [0, 0])]),
      'bytes together',
    ],
    [
      'repeats it beyond all numbers',
      dictionary(['w', tensor(storage('a', 1), 0, Array(60).fill(2 ** 30), Array(60).fill(0))]),
      'bytes together',
    ],
    ['holds itself', '}q\0U\u0005modelh\0s.', 'tensors by name'],
  ])('%s', (_, value, message) => {
    const bytes = stream(value, ...(value.includes('FloatStorage\nU') ? [one] : []));
    expect(() => readTorchCheckpoint(bytes)).toThrow(message);
    expect(() => readTorchCheckpoint(bytes)).toThrow(RangeError);
  });

  it.each([
    ['a million lists', ']'.repeat(2 ** 20)],
    ['nested lists', `${']'.repeat(500_000)}${'a'.repeat(500_000)}`],
    [
      'a list of many pairs made into many dictionaries',
      `](${'NN\u0086'.repeat(10_000)}eq\0(${'ccollections\nOrderedDict\nh\0\u0085R'.repeat(1000)}.`,
    ],
  ])('%s end in an error, not in an empty memory', (_, value) => {
    expect(() => readTorchCheckpoint(stream(`${value}.`, one))).toThrow(RangeError);
  });
});

it('reads zip archives whose sizes are in 64-bit fields', () => {
  const bytes = fixture('nested.pth');
  const entry = bytes.indexOf('PK\u0001\u0002');
  // The first entry's sizes and place, moved into extra field 1 of the directory.
  const [nameLength, extraLength] = [
    bytes.readUInt16LE(entry + 28),
    bytes.readUInt16LE(entry + 30),
  ];
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  for (const [i, field] of [24, 20, 42].entries()) {
    extra.writeBigUInt64LE(BigInt(bytes.readUInt32LE(entry + field)), 4 + 8 * i);
    bytes.writeUInt32LE(0xffffffff, entry + field);
  }
  bytes.writeUInt16LE(28, entry + 30);
  const nameEnd = entry + 46 + nameLength;
  const end = bytes.indexOf('PK\u0005\u0006');
  const end64 = bytes.indexOf('PK\u0006\u0006');
  const change = 28 - extraLength;
  if (end64 > 0) {
    bytes.writeBigUInt64LE(bytes.readBigUInt64LE(end64 + 40) + BigInt(change), end64 + 40);
    const locator = bytes.indexOf('PK\u0006\u0007');
    bytes.writeBigUInt64LE(BigInt(end64 + change), locator + 8);
  }
  bytes.writeUInt32LE(bytes.readUInt32LE(end + 12) + change, end + 12);
  const moved = [bytes.subarray(0, nameEnd), extra, bytes.subarray(nameEnd + extraLength)];
  expect([...readTorchCheckpoint(Buffer.concat(moved)).keys()]).toEqual(['w']);
});
