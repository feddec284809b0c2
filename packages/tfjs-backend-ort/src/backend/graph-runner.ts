import { type Plan, plan } from '../graph/plan.ts';
import type { SessionCache } from '../graph/session-cache.ts';
import type { Value } from '../graph/value.ts';
import type { HostArray } from '../graph/value-type.ts';
import type { OrtRuntime, OrtTensor } from '../runtime/ort-runtime.ts';
import type { OrtStatistics } from './statistics.ts';

/** Computes what is recorded and still wanted, as one graph at a time. */
export class GraphRunner {
  readonly #ort: OrtRuntime;
  readonly #sessions: SessionCache;
  /** Values of live tensors that have no data yet. */
  readonly #pending = new Set<Value>();
  #running: Promise<unknown> = Promise.resolve();
  #runs = 0;
  #milliseconds = 0;

  constructor(ort: OrtRuntime, sessions: SessionCache) {
    this.#ort = ort;
    this.#sessions = sessions;
  }

  /** Counters since it was made. */
  statistics(): OrtStatistics {
    return {
      compiles: this.#sessions.compiles,
      compileMilliseconds: this.#sessions.compileMilliseconds,
      cachedSessions: this.#sessions.size,
      runs: this.#runs,
      runMilliseconds: this.#milliseconds,
      pendingTensors: this.#pending.size,
    };
  }

  /** A live tensor waits for this value. */
  add(value: Value): void {
    this.#pending.add(value);
  }

  /** No tensor waits for it any longer. */
  forget(value: Value): void {
    this.#pending.delete(value);
  }

  /** Gives data to `wanted` and to every value that a live tensor waits for. */
  compute(wanted: readonly Value[]): Promise<void> {
    const turn = this.#running.then(async () => {
      const open = wanted.filter((value) => value.data === null);
      const all = [...new Set([...this.#pending, ...open])];
      try {
        await this.#run(all);
      } catch (error) {
        // Another live tensor may be at fault, which must not keep this one from its data.
        if (open.length === 0 || open.length === all.length) throw error;
        await this.#run(open);
      }
    });
    this.#running = turn.catch(() => undefined);
    return turn;
  }

  /** Forgets everything, and frees the compiled graphs once they are idle. */
  dispose(): void {
    this.#pending.clear();
    void this.#running.then(() => this.#sessions.clear());
  }

  async #run(values: readonly Value[]): Promise<void> {
    if (values.length === 0) return;
    const todo: Plan = plan(values);
    // Taken before anything is awaited: recording may reorder a leaf's data meanwhile.
    const leaves = todo.leaves.map((leaf) => this.#tensor(leaf));
    const graph = await this.#sessions.get(todo);
    const feeds: Record<string, OrtTensor> = {};
    graph.feeds.forEach((name, i) => {
      if (name !== null) feeds[name] = leaves[i]!;
    });
    const start = performance.now();
    const outputs = (await graph.session?.run(feeds, graph.outputNames)) ?? {};
    this.#milliseconds += performance.now() - start;
    this.#runs++;
    graph.results.forEach(({ name, layout, leaf }, i) => {
      const value = todo.results[i]!;
      if (leaf === -1) checkShape(value, layout, outputs[name]!.dims);
      value.data = (leaf === -1 ? outputs[name]! : leaves[leaf]!).data as HostArray;
      value.layout = layout;
      value.node = null;
      this.#pending.delete(value);
    });
  }

  /** A value with data as a graph's input. */
  #tensor({ dtype, data, layout, shape }: Value): OrtTensor {
    const sizes = layout.map((axis) => shape[axis]!);
    return new this.#ort.Tensor(dtype, data!, sizes);
  }
}

/** What a kernel claimed when it was recorded must be what the graph made. */
function checkShape({ shape, node }: Value, layout: readonly number[], dims: readonly number[]) {
  const claimed = layout.map((axis) => shape[axis]!);
  if (claimed.length === dims.length && claimed.every((size, i) => size === dims[i])) return;
  throw new Error(
    `ort backend: a result of kernel '${node?.kernel.name}' was recorded as [${claimed}] and came as [${dims}]; please report it, and compute it on another backend.`,
  );
}
