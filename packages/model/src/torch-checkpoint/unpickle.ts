import type { ByteCursor } from './byte-cursor.ts';
import { damaged, refused } from './refused.ts';

/** A function or class that a pickle may name. */
export type PickleGlobal = (args: readonly unknown[]) => unknown;

/** What a pickle may refer to outside itself. */
export interface PickleWorld {
  /** Finds a class or function; throws for one that is not allowed. */
  readonly find: (module: string, name: string) => unknown;
  /** Finds what a persistent id stands for. */
  readonly load: (id: unknown) => unknown;
}

/** Far more than a state dict with its optimizer needs; bounds the memory that a pickle can take. */
const mostSteps = 2 ** 20;

/**
 * Reads one pickle of the opcodes that protocols 2 to 5 (and Python 2) write for plain data. No code
 * of the file is ever run: a class or function is what `world` makes of its name. Lists are arrays,
 * tuples frozen arrays, dictionaries maps, sets sets, and bytes are bytes.
 *
 * Source: opcodes of Python's `pickletools`.
 *
 * @throws RangeError for any other opcode, and for a pickle that is damaged or beyond all measure
 */
export function unpickle(cursor: ByteCursor, world: PickleWorld): unknown {
  const machine = new Machine(cursor, world);
  for (let step = 0; step < mostSteps; step++) {
    const code = cursor.byte();
    if (code === stop) return machine.pop();
    const run = opcodes[code];
    if (run === undefined) {
      const name = otherOpcodes[code] ?? 'unknown';
      throw refused(
        cursor.source.name,
        `the pickle opcode 0x${code.toString(16).padStart(2, '0')} (${name})`,
      );
    }
    run(machine);
  }
  throw damaged(cursor.source.name, `a pickle of at most ${mostSteps} steps`, 'more');
}

class Machine {
  readonly cursor: ByteCursor;
  readonly world: PickleWorld;
  readonly stack: unknown[] = [];
  readonly marks: number[] = [];
  readonly memo: Map<number, unknown> = new Map();

  constructor(cursor: ByteCursor, world: PickleWorld) {
    this.cursor = cursor;
    this.world = world;
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    this.require(this.stack.length > (this.marks.at(-1) ?? 0), 'a value on the stack', 'none');
    return this.stack.pop();
  }

  top(): unknown {
    const value = this.pop();
    this.push(value);
    return value;
  }

  /** The values above the last mark. */
  popMark(): unknown[] {
    const mark = this.marks.pop();
    this.require(mark !== undefined, 'a mark on the stack', 'none');
    return this.stack.splice(mark!);
  }

  require(holds: boolean, requirement: string, actual: string): void {
    if (!holds) throw damaged(this.cursor.source.name, `a pickle with ${requirement}`, actual);
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    this.require(this.memo.has(index), `a memo ${index}`, 'none');
    this.push(this.memo.get(index));
  }

  tuple(items: unknown[]): void {
    this.push(Object.freeze(items));
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list) || Object.isFrozen(list)) {
      throw damaged(this.cursor.source.name, 'a pickle that appends to a list', 'another value');
    }
    for (const item of items) list.push(item);
  }

  setItems(items: readonly unknown[]): void {
    const map = this.top();
    if (!(map instanceof Map) || items.length % 2 !== 0) {
      throw damaged(this.cursor.source.name, 'a pickle that fills a dictionary', 'another value');
    }
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }

  text(length: number, encoding: 'utf-8' | 'latin1'): void {
    const bytes = this.cursor.take(length);
    try {
      this.push(new TextDecoder(encoding, { fatal: true }).decode(bytes));
    } catch {
      this.require(false, `text in ${encoding}`, 'other bytes');
    }
  }

  /** A little-endian whole number in two's complement, as Python writes long ones. */
  long(length: number): void {
    this.require(length <= 16, 'whole numbers of at most 16 bytes', `${length}`);
    const bytes = this.cursor.take(length);
    const magnitude = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const value = BigInt.asIntN(8 * length, magnitude);
    this.push(Number.isSafeInteger(Number(value)) ? Number(value) : value);
  }

  /** A count of bytes in 64 bits. */
  length(): number {
    const length = this.cursor.view(8).getBigUint64(0, true);
    this.require(length <= Number.MAX_SAFE_INTEGER, 'lengths inside the file', `${length}`);
    return Number(length);
  }

  addItems(items: readonly unknown[]): void {
    const set = this.top();
    if (!(set instanceof Set)) {
      throw damaged(this.cursor.source.name, 'a pickle that fills a set', 'another value');
    }
    for (const item of items) set.add(item);
  }

  /** A class or function, by the two texts on the stack. */
  named(): void {
    const [name, module] = [this.pop(), this.pop()];
    this.require(
      typeof module === 'string' && typeof name === 'string',
      'classes named by texts',
      'another value',
    );
    this.push(this.world.find(module as string, name as string));
  }

  reduce(): void {
    const args = this.pop();
    const call = this.pop();
    if (typeof call !== 'function' || !Array.isArray(args)) {
      throw damaged(this.cursor.source.name, 'a pickle that calls what it names', 'another value');
    }
    this.push((call as PickleGlobal)(args));
  }

  /** The attributes of a dictionary: PyTorch keeps versions of modules there, which nothing needs. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Map)) {
      throw refused(this.cursor.source.name, 'the pickle opcode 0x62 (BUILD) for no dictionary');
    }
  }
}

const stop = 0x2e;

const opcodes: Readonly<Record<number, (machine: Machine) => void>> = {
  128: (m) => void m.cursor.byte(), // PROTO
  40: (m) => void m.marks.push(m.stack.length), // MARK
  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  74: (m) => m.push(m.cursor.view(4).getInt32(0, true)), // BININT
  75: (m) => m.push(m.cursor.byte()), // BININT1
  77: (m) => m.push(m.cursor.view(2).getUint16(0, true)), // BININT2
  138: (m) => m.long(m.cursor.byte()), // LONG1
  139: (m) => m.long(m.cursor.view(4).getUint32(0, true)), // LONG4
  71: (m) => m.push(m.cursor.view(8).getFloat64(0)), // BINFLOAT
  88: (m) => m.text(m.cursor.view(4).getUint32(0, true), 'utf-8'), // BINUNICODE
  84: (m) => m.text(m.cursor.view(4).getUint32(0, true), 'latin1'), // BINSTRING
  85: (m) => m.text(m.cursor.byte(), 'latin1'), // SHORT_BINSTRING
  140: (m) => m.text(m.cursor.byte(), 'utf-8'), // SHORT_BINUNICODE
  141: (m) => m.text(m.length(), 'utf-8'), // BINUNICODE8
  67: (m) => m.push(m.cursor.take(m.cursor.byte())), // SHORT_BINBYTES
  66: (m) => m.push(m.cursor.take(m.cursor.view(4).getUint32(0, true))), // BINBYTES
  142: (m) => m.push(m.cursor.take(m.length())), // BINBYTES8
  150: (m) => m.push(m.cursor.take(m.length())), // BYTEARRAY8
  143: (m) => m.push(new Set()), // EMPTY_SET
  144: (m) => m.addItems(m.popMark()), // ADDITEMS
  145: (m) => m.push(new Set(m.popMark())), // FROZENSET
  125: (m) => m.push(new Map()), // EMPTY_DICT
  93: (m) => m.push([]), // EMPTY_LIST
  41: (m) => m.tuple([]), // EMPTY_TUPLE
  133: (m) => m.tuple([m.pop()]), // TUPLE1
  134: (m) => m.tuple([m.pop(), m.pop()].reverse()), // TUPLE2
  135: (m) => m.tuple([m.pop(), m.pop(), m.pop()].reverse()), // TUPLE3
  116: (m) => m.tuple(m.popMark()), // TUPLE
  97: (m) => m.append([m.pop()]), // APPEND
  101: (m) => m.append(m.popMark()), // APPENDS
  115: (m) => m.setItems([m.pop(), m.pop()].reverse()), // SETITEM
  117: (m) => m.setItems(m.popMark()), // SETITEMS
  113: (m) => m.remember(m.cursor.byte()), // BINPUT
  114: (m) => m.remember(m.cursor.view(4).getUint32(0, true)), // LONG_BINPUT
  148: (m) => m.remember(m.memo.size), // MEMOIZE
  104: (m) => m.recall(m.cursor.byte()), // BINGET
  106: (m) => m.recall(m.cursor.view(4).getUint32(0, true)), // LONG_BINGET
  99: (m) => m.push(m.world.find(m.cursor.line(), m.cursor.line())), // GLOBAL
  147: (m) => m.named(), // STACK_GLOBAL
  149: (m) => void m.cursor.take(8), // FRAME, for readers that read ahead
  81: (m) => m.push(m.world.load(m.pop())), // BINPERSID
  82: (m) => m.reduce(), // REDUCE
  98: (m) => m.build(), // BUILD
};

/** What is not read, by name, for the error. */
const otherOpcodes: Readonly<Record<number, string>> = {
  48: 'POP',
  49: 'POP_MARK',
  50: 'DUP',
  70: 'FLOAT',
  73: 'INT',
  76: 'LONG',
  80: 'PERSID',
  83: 'STRING',
  86: 'UNICODE',
  100: 'DICT',
  103: 'GET',
  105: 'INST',
  108: 'LIST',
  111: 'OBJ',
  112: 'PUT',
  129: 'NEWOBJ',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  146: 'NEWOBJ_EX',
  151: 'NEXT_BUFFER',
  152: 'READONLY_BUFFER',
};
