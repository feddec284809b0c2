import type { ElementType } from '../bytes/element-type.ts';
import { damaged, refused } from './refused.ts';
import { createStorage, rebuildTensor, type Storage, TensorView } from './tensor-view.ts';
import type { PickleGlobal, PickleWorld } from './unpickle.ts';

const storageTypes: Readonly<Record<string, ElementType>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** A storage's class: a name in a pickle, which nothing calls. */
class StorageType {
  readonly type: ElementType;
  constructor(type: ElementType) {
    this.type = type;
  }
}

/** The few classes and functions that a state dict needs, and the storages that it refers to. */
export interface TorchWorld extends PickleWorld {
  /** All whole storages that were referred to, by key. */
  readonly storages: ReadonlyMap<string, Storage>;
}

/** Items that may be copied from lists into dictionaries; bounds what a small file can make. */
const mostCopies = 2 ** 20;

/** @param name what errors call the file */
export function createTorchWorld(name: string): TorchWorld {
  const storages = new Map<string, Storage>();
  let copies = 0;
  const orderedDict: PickleGlobal = ([pairs = []]) => {
    if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) {
      throw damaged(name, 'an OrderedDict of pairs', 'something else');
    }
    copies += pairs.length;
    if (copies > mostCopies) {
      throw damaged(name, `OrderedDicts of at most ${mostCopies} pairs`, 'more');
    }
    return new Map(pairs as [unknown, unknown][]);
  };
  const tensor: PickleGlobal = (args) => rebuildTensor(name, args);
  const globals = new Map<string, unknown>([
    ['collections.OrderedDict', orderedDict],
    ['torch._utils._rebuild_tensor', tensor],
    ['torch._utils._rebuild_tensor_v2', tensor],
    ['torch._utils._rebuild_parameter', parameter],
  ]);
  for (const [className, type] of Object.entries(storageTypes)) {
    globals.set(`torch.${className}`, new StorageType(type));
    globals.set(`torch.cuda.${className}`, new StorageType(type));
  }

  function parameter([data]: readonly unknown[]): TensorView {
    if (data instanceof TensorView) return data;
    throw damaged(name, 'parameters that are tensors', 'something else');
  }

  function storageOf(key: string, type: ElementType, count: unknown): Storage {
    const known = storages.get(key);
    if (known === undefined) {
      const storage = createStorage(name, key, type, count);
      storages.set(key, storage);
      return storage;
    }
    if (known.type !== type || known.count !== count) {
      throw damaged(name, `one type and size for storage '${key}'`, 'two');
    }
    return known;
  }

  return {
    storages,
    find(module, className) {
      const found = globals.get(`${module}.${className}`);
      if (found === undefined) throw refused(name, `an object of '${module}.${className}'`);
      return found;
    },
    load(id) {
      const [kind, type, key, , count, view] = Array.isArray(id) ? id : [];
      if (kind !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string') {
        throw refused(name, 'a reference to something outside that is no storage');
      }
      const root = storageOf(key, type.type, count);
      if (!Array.isArray(view)) return root;
      // The older stream has parts of storages: (name, start, count).
      const part = createStorage(name, key, type.type, view[2], view[1]);
      if (part.start + part.count > root.count) {
        throw damaged(name, `parts inside storage '${key}'`, `${part.start} + ${part.count}`);
      }
      return part;
    },
  };
}
