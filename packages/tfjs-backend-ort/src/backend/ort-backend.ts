import * as tf from '@tensorflow/tfjs-core';
import { same } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { copyStrings, leaf, ownCopy } from '../graph/leaf.ts';
import { Names } from '../graph/names.ts';
import { canonical, copyInOrder, liesInOrder, reordered } from '../graph/permute.ts';
import { SessionCache } from '../graph/session-cache.ts';
import { Structures } from '../graph/structures.ts';
import { checkSizes, type Node, recorded, type Value } from '../graph/value.ts';
import { type Attrs, type DType, type HostArray, identity, sizeOf } from '../graph/value-type.ts';
import type { OrtRuntime } from '../runtime/ort-runtime.ts';
import { GraphRunner } from './graph-runner.ts';
import { checked, type OrtBackendOptions, providerName, sessionOptions } from './options.ts';
import { RecordingBound } from './recording-bound.ts';
import type { OrtStatistics } from './statistics.ts';

/** One entry of TensorFlow.js's table of data: a value of the graph, or strings. */
interface Entry {
  value: Value | null;
  strings: tf.backend_util.BackendValues | null;
  references: number;
}

/**
 * TensorFlow.js backend whose kernels record. When a tensor's `data()` is asked for, everything
 * recorded that live tensors depend on becomes one ONNX graph, which ONNX Runtime compiles once
 * per structure and runs; live results become the tensors' data, tensors freed before are never
 * made.
 */
export class OrtBackend extends tf.KernelBackend {
  /** The ONNX Runtime execution provider that graphs run on: `'cpu'`, `'wasm'`, `'webgpu'`, `'cuda'`, …. */
  readonly provider: string;
  readonly #entries: tf.DataStorage<Entry>;
  readonly #runner: GraphRunner;
  tracing = false;
  readonly #bound: RecordingBound;
  readonly #names = new Names();
  #nodes = 0;
  #freezes = 0;

  constructor(ort: OrtRuntime, options: OrtBackendOptions = {}) {
    super();
    const { cacheSize = 32 } = checked(options);
    this.provider = providerName(options);
    this.#entries = new tf.DataStorage<Entry>(this, tf.engine());
    const webgpu = this.provider === 'webgpu';
    const sessions = new SessionCache(ort, cacheSize, sessionOptions(options), webgpu);
    this.#runner = new GraphRunner(ort, sessions, new Structures(2 * cacheSize));
    this.#bound = new RecordingBound((isDue) => void this.#runner.start(isDue));
  }

  /** Counters since the backend was made. */
  statistics(): OrtStatistics {
    return this.#runner.statistics();
  }

  override numDataIds(): number {
    return this.#entries.numDataIds();
  }

  override refCount(dataId: tf.DataId): number {
    return this.#entries.has(dataId) ? this.#entries.get(dataId).references : 0;
  }

  override incRef(dataId: tf.DataId): void {
    this.#entries.get(dataId).references++;
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    if (!this.#entries.has(dataId)) return true;
    const entry = this.#entries.get(dataId);
    entry.references--;
    if (!force && entry.references > 0) return false;
    if (entry.value !== null) this.#runner.forget(entry.value);
    this.#entries.delete(dataId);
    return true;
  }

  override write(
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): tf.DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: tf.DataId,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    if (dtype === 'complex64') {
      throw new TypeError(
        'ort backend: complex64 tensors are not supported; use the `cpu` backend for them.',
      );
    }
    this.#entries.set(
      dataId,
      dtype === 'string'
        ? { value: null, strings: copyStrings(values), references }
        : { value: leaf(shape, dtype, ownCopy(values, dtype)), strings: null, references },
    );
  }

  override async read(dataId: tf.DataId): Promise<tf.backend_util.BackendValues> {
    const { value, strings } = this.#entries.get(dataId);
    if (value === null) return copyStrings(strings!);
    if (value.data === null) await this.#compute([value]);
    return copyInOrder(value.data!, value.shape, value.layout);
  }

  override readSync(dataId: tf.DataId): tf.backend_util.BackendValues {
    const { value, strings } = this.#entries.get(dataId);
    if (value === null) return copyStrings(strings!);
    if (value.data === null) {
      throw new Error(
        'ort backend: this tensor is recorded and not yet computed, and ONNX Runtime computes asynchronously; use `await tensor.data()` (or `array()`) instead of `dataSync()` (or `arraySync()`), and before `print()`, `toString()` or a change of backends that is not awaited.',
      );
    }
    return copyInOrder(value.data, value.shape, value.layout);
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override epsilon(): number {
    return 1e-7;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override timerAvailable(): boolean {
    return true;
  }

  /** TensorFlow.js's profiler wants `f` to be over when this returns. */
  override time(f: () => void): Promise<tf.BackendTimingInfo> {
    const start = this.#runner.start().then(() => this.statistics().runMilliseconds);
    f();
    const spent = async () => {
      const before = await start;
      await this.flush();
      return { kernelMs: this.statistics().runMilliseconds - before };
    };
    return spent().catch(({ message }: Error) => ({
      kernelMs: Number.NaN,
      getExtraProfileInfo: () => message,
    }));
  }

  override dispose(): void {
    this.#runner.dispose();
  }

  /** Whether a tensor's data is at hand. */
  isComputed(info: tf.TensorInfo): boolean {
    return this.hostValue(info)?.data !== null;
  }

  /** The value behind a kernel's argument; `null` for strings. */
  hostValue(info: tf.TensorInfo): Value | null {
    return this.#entries.get(info.dataId).value;
  }

  /** The value behind a kernel's argument. */
  value(info: tf.TensorInfo): Value {
    const value = this.hostValue(info);
    if (value === null) {
      throw new TypeError('ort backend: string tensors have no kernels; use the `cpu` backend.');
    }
    return value;
  }

  /** Data that is known now becomes a tensor. */
  makeHost(shape: readonly number[], dtype: DType, data: HostArray): tf.TensorInfo {
    return this.#info(leaf(shape, dtype, data));
  }

  /** Calls a function of placeholders: sizes stand for others, so nothing is made on the host. */
  trace<T>(run: () => T): T {
    this.tracing = true;
    try {
      return run();
    } finally {
      this.tracing = false;
    }
  }

  /** A tensor whose data will never be there: an input of a graph that is traced. */
  placeholder(shape: readonly number[], dtype: DType): tf.TensorInfo {
    return this.#info({
      ...leaf([0], dtype, ownCopy([], dtype)),
      ...{ shape, data: null, layout: identity(shape.length) },
    });
  }

  /** Records one operation; `places` are numbers that may change from run to run. */
  record(
    kernel: KernelDefinition,
    inputs: readonly (Value | null)[],
    attrs: Attrs,
    places: readonly number[] | null = null,
  ): tf.TensorInfo | tf.TensorInfo[] {
    const made = kernel.outputs(inputs as Value[], attrs);
    const outputs = Array.isArray(made) ? made : [made];
    checkSizes(kernel.name, inputs, outputs);
    const node: Node = {
      id: ++this.#nodes,
      moment: this.#bound.now,
      kernel,
      inputs,
      attrs,
      places,
      outputs,
      key: this.#names.get(kernel.name, attrs, outputs),
    };
    if (!this.tracing) this.#bound.count(node);
    const infos = outputs.map((type, index) => {
      // Nothing is to be computed, and ONNX Runtime's operators differ in what they take.
      if (sizeOf(type.shape) === 0 && !this.tracing) {
        return this.makeHost(type.shape, type.dtype, ownCopy([], type.dtype));
      }
      const value = recorded(type, node, index);
      this.#runner.add(value);
      return this.#info(value);
    });
    if (kernel.endsStep) this.#bound.endStep();
    return Array.isArray(made) ? infos : infos[0]!;
  }

  /** Records what `work` makes of the operands' data, outside of graphs. */
  later(
    kernel: KernelDefinition,
    operands: readonly Value[],
    work: (data: readonly HostArray[]) => readonly HostArray[],
  ): tf.TensorInfo[] {
    const infos = [this.record(kernel, operands, {})].flat();
    this.#bound.cut();
    const results = infos.map((info) => this.value(info));
    this.#runner.later(operands, results, work);
    return infos;
  }

  /**
   * Lets a recorded tensor have its operand's data, of which it is another shape, where that is
   * there or on its way and in order: nothing is to be computed.
   */
  share(info: tf.TensorInfo): void {
    const value = this.value(info);
    const base = value.node?.inputs[0];
    if (base != null && liesInOrder(base.shape, base.layout)) this.#runner.share(value, base);
  }

  /**
   * Reorders data that was given, once, so that graphs need not do it each time. What graphs made
   * stays as it is: whether its data is there already is a matter of time.
   */
  settle(value: Value, wanted: readonly number[]): void {
    const layout = canonical(value.shape, wanted);
    if (!value.given || value.data === null || same(value.layout, layout)) return;
    value.data = reordered(value.data, value.shape, value.layout, layout);
    value.layout = layout;
  }

  /**
   * Makes the tensors' data constants of the graphs that use them from now on, so that ONNX
   * Runtime folds and packs them. For inference: other data means another graph.
   */
  async freeze(tensors: readonly tf.Tensor[]): Promise<void> {
    await Promise.all(tensors.map((tensor) => this.read(tensor.dataId)));
    for (const value of tensors.map((tensor) => this.value(tensor))) {
      if (value.frozen === 0) value.frozen = ++this.#freezes;
    }
  }

  /** Computes everything that is recorded and still wanted. */
  async flush(): Promise<void> {
    await this.#compute([]);
  }

  #compute(values: readonly Value[]): Promise<void> {
    this.#bound.cut();
    return this.#runner.compute(values);
  }

  #info(value: Value): tf.TensorInfo {
    const dataId = {};
    this.#entries.set(dataId, { value, strings: null, references: 1 });
    return { dataId, shape: value.shape as number[], dtype: value.dtype };
  }
}
