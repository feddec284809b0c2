import { canonical, copyInOrder, permute } from '../graph/permute.ts';
import { type Plan, plan } from '../graph/plan.ts';
import type { KnownGraph, SessionCache } from '../graph/session-cache.ts';
import { byStep } from '../graph/steps.ts';
import type { Structures } from '../graph/structures.ts';
import type { Moment, Value } from '../graph/value.ts';
import { type HostArray, identity } from '../graph/value-type.ts';
import type { OrtRuntime, OrtTensor } from '../runtime/ort-runtime.ts';
import type { OrtStatistics } from './statistics.ts';

/** Computes what is recorded and still wanted, one graph after the other. */
export class GraphRunner {
  readonly #ort: OrtRuntime;
  readonly #sessions: SessionCache;
  /** Values of live tensors that no graph is to compute yet. */
  readonly #pending = new Set<Value>();
  /** Values of live tensors that a graph on its way makes. */
  readonly #started = new Set<Value>();
  /** The last graph on its way. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #structures: Structures;
  #runs = 0;
  #milliseconds = 0;

  constructor(ort: OrtRuntime, sessions: SessionCache, structures: Structures) {
    this.#structures = structures;
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
      pendingTensors: this.#pending.size + this.#started.size,
    };
  }

  /** A live tensor waits for this value. */
  add(value: Value): void {
    this.#pending.add(value);
  }

  /** A value that waits is `base` in another shape; it has its data as soon as that has. */
  share(value: Value, base: Value): void {
    if (base.data !== null) {
      value.data = base.data;
      value.node = null;
      value.frozen = base.frozen;
      this.#pending.delete(value);
    } else if (base.run !== null) {
      value.run = base.run;
      base.run.aliases.push(value);
      if (this.#pending.delete(value)) this.#started.add(value);
    }
  }

  /** No tensor waits for it any longer. */
  forget(value: Value): void {
    this.#pending.delete(value);
    this.#started.delete(value);
  }

  /**
   * Sends what live tensors wait for on its way: all, or what was recorded when `isDue`; ends when it
   * is over.
   */
  async start(isDue: (moment: Moment) => boolean = () => true): Promise<void> {
    const due = [...this.#pending].filter(({ node }) => isDue(node!.moment));
    // Who reads one of the tensors meets the error.
    await this.#start(due).catch(() => undefined);
  }

  /** Gives `results` the data that `work` makes of the operands' data, as soon as that is there. */
  later(
    operands: readonly Value[],
    results: readonly Value[],
    work: (data: readonly HostArray[]) => readonly HostArray[],
  ): void {
    for (const value of results) this.#pending.delete(value);
    const open = operands.filter(isOpen);
    void this.#start([...new Set([...this.#pending, ...open])]).catch(() => undefined);
    for (const value of results) this.#pending.add(value);
    void this.#inTurn(results, async () => {
      // Another live tensor may have been at fault, which must not keep these from their data.
      const left = operands.filter(isOpen);
      if (left.length > 0) await this.#prepare(left)();
      for (const value of left) this.#end(value);
      const made = work(operands.map(inOrder));
      made.forEach((data, i) => {
        results[i]!.data = data;
      });
    }).catch(() => undefined);
  }

  /**
   * Gives data to `wanted` and to every value that a live tensor waits for, but for those of later
   * steps of training; without `wanted` to all.
   */
  async compute(wanted: readonly Value[]): Promise<void> {
    // What else is recorded in this turn belongs to the same graph.
    await undefined;
    const open = wanted.filter(isOpen);
    const steps = open.map(({ node }) => node!.moment.step);
    const last = wanted.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...steps);
    const due = [...this.#pending].filter(({ node }) => node!.moment.step <= last);
    const all = [...new Set([...due, ...open])];
    const failure = await this.#start(all).catch((error: unknown) => ({ error }));
    if (wanted.length === 0 && failure !== undefined) {
      for (const value of all.filter(isOpen)) await this.#start([value]).catch(() => undefined);
      throw failure.error;
    }
    // Another live tensor may be at fault, which must not keep these from their data; nor must who
    // reads that one, and takes these along again.
    for (;;) {
      await Promise.all(wanted.map((value) => value.run?.over));
      const left = wanted.filter(({ data }) => data === null);
      if (left.length === 0) return;
      if (left.every(isOpen)) return void (await this.#start(left));
    }
  }

  /** Waits for what is on its way, forgets everything and frees the compiled graphs. */
  dispose(): void {
    this.#pending.clear();
    this.#started.clear();
    void this.#last.then(() => this.#sessions.clear());
  }

  /** A graph for each step of training, since the next step has the same. */
  async #start(values: readonly Value[]): Promise<undefined> {
    if (values.length === 0) {
      await this.#last;
      return;
    }
    const parts = byStep(values).map((part) => this.#inTurn(part, this.#prepare(part)));
    const ends = await Promise.allSettled(parts);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** What computes the values, once all that is on its way is over. */
  #prepare(values: readonly Value[]): () => Promise<void> {
    const todo = plan(values, this.#structures);
    const graph = this.#sessions.get(todo);
    // What has data is taken at once: recording may bring it into another order meanwhile.
    const layouts = todo.leaves.map(({ layout }) => layout);
    const leaves = todo.leaves.map((leaf) => (leaf.data === null ? null : this.#tensor(leaf)));
    graph.results.forEach(({ layout }, i) => {
      const value = todo.results[i]!;
      value.layout = canonical(value.shape, layout);
    });
    graph.waiting++;
    return async () => {
      try {
        const inputs = leaves.map((one, i) => one ?? this.#tensor(todo.leaves[i]!, layouts[i]!));
        await this.#run(graph, todo, inputs);
      } finally {
        graph.waiting--;
      }
    };
  }

  /** Lets `work` give `results` their data when all that is on its way is over. */
  async #inTurn(results: readonly Value[], work: () => Promise<void> | void): Promise<void> {
    const turn = this.#last.then(work);
    const aliases: Value[] = [];
    const end = () => {
      for (const value of results) this.#end(value);
      for (const value of aliases) {
        value.data = value.node!.inputs[0]!.data;
        this.#end(value);
      }
    };
    const over = turn.then(end, end);
    this.#last = over;
    for (const value of results) {
      value.run = { over, aliases };
      if (this.#pending.delete(value)) this.#started.add(value);
    }
    await turn;
    await over;
  }

  async #run(graph: KnownGraph, todo: Plan, leaves: readonly OrtTensor[]): Promise<void> {
    const session = await this.#sessions.session(graph);
    const feeds: Record<string, OrtTensor> = {};
    graph.feeds.forEach((name, i) => {
      if (name !== null) feeds[name] = leaves[i]!;
    });
    const start = performance.now();
    const outputs = (await session?.run(feeds, graph.outputNames)) ?? {};
    this.#milliseconds += performance.now() - start;
    this.#runs++;
    graph.results.forEach(({ name, layout, leaf }, i) => {
      if (leaf === -1) checkShape(todo.results[i]!, layout, outputs[name]!.dims);
    });
    graph.results.forEach(({ name, leaf }, i) => {
      const value = todo.results[i]!;
      value.data = (leaf === -1 ? outputs[name]! : leaves[leaf]!).data as HostArray;
    });
  }

  /** A value of a graph that is over: without data it is recorded as it was before. */
  #end(value: Value): void {
    value.run = null;
    const isLive = this.#started.delete(value);
    if (value.data !== null) {
      value.node = null;
      this.#pending.delete(value);
      return;
    }
    value.layout = identity(value.shape.length);
    if (isLive) this.#pending.add(value);
  }

  /** A value with data as a graph's input. */
  #tensor(value: Value, layout: readonly number[] = value.layout): OrtTensor {
    const { dtype, data, shape } = value;
    if (data === null) throw missing();
    const sizes = layout.map((axis) => shape[axis]!);
    const isMoved = layout.some((axis, i) => axis !== value.layout[i]);
    const elements = isMoved ? permute(data, shape, value.layout, layout) : data;
    return new this.#ort.Tensor(dtype, elements, sizes);
  }
}

/** Whether no graph on its way makes it yet. */
const isOpen = (value: Value) => value.data === null && value.run === null;

const missing = () =>
  new Error('ort backend: a result of an earlier graph is missing, since it failed.');

/** A copy of a value's data in the plain order. */
function inOrder({ data, shape, layout }: Value): HostArray {
  if (data === null) throw missing();
  return copyInOrder(data, shape, layout);
}

/** What a kernel claimed when it was recorded must be what the graph made. */
function checkShape({ shape, node }: Value, layout: readonly number[], dims: readonly number[]) {
  const claimed = layout.map((axis) => shape[axis]!);
  if (claimed.length === dims.length && claimed.every((size, i) => size === dims[i])) return;
  throw new Error(
    `ort backend: a result of kernel '${node?.kernel.name}' was recorded as [${claimed}] and came as [${dims}]; please report it, and compute it on another backend.`,
  );
}
