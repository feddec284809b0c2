import type { OrtRuntime, OrtSession } from '../runtime/ort-runtime.ts';
import type { Plan } from './plan.ts';
import { type Translation, translate } from './translate.ts';
import type { Node } from './value.ts';
import { sizeOf } from './value-type.ts';

/** Tensors of fewer elements are computed by one thread sooner than divided among several. */
const SMALL = 2 ** 18;

/** A graph that was translated; compiled when it runs first. */
export interface KnownGraph extends Omit<Translation, 'model'> {
  /** The ONNX file, until it is compiled. */
  model: Uint8Array | null;
  session: OrtSession | null;
  /** Whether its weights are constants. */
  readonly isFrozen: boolean;
  /** Whether all that it works on is small. */
  readonly isSmall: boolean;
  /** The names of its kernels. */
  readonly kernels: readonly string[];
  /** Runs that wait for it; it is kept until they are over. */
  waiting: number;
}

/** Graphs by their structure; the least recently used one goes first. */
export class SessionCache {
  readonly #graphs = new Map<string, KnownGraph>();
  readonly #ort: OrtRuntime;
  readonly #limit: number;
  readonly #options: object;
  readonly #webgpu: boolean;
  compiles = 0;
  compileMilliseconds = 0;

  /** @param webgpu Whether ONNX Runtime's WebGPU provider runs the graphs. */
  constructor(ort: OrtRuntime, limit: number, options: object, webgpu: boolean) {
    this.#webgpu = webgpu;
    this.#ort = ort;
    this.#limit = limit;
    this.#options = options;
  }

  get size(): number {
    return this.#graphs.size;
  }

  /** The graph for a plan, translated where it is new. */
  get(plan: Plan): KnownGraph {
    const known = this.#graphs.get(plan.key);
    const graph = known ?? this.#translate(plan);
    this.#graphs.delete(plan.key);
    this.#graphs.set(plan.key, graph);
    return graph;
  }

  /** The session for a graph, compiled where it is new; `null` where there is nothing to compute. */
  async session(graph: KnownGraph): Promise<OrtSession | null> {
    if (graph.model !== null) {
      if (graph.outputNames.length > 0) graph.session = await this.#compile(graph, graph.model);
      graph.model = null;
    }
    for (const [key, { session, waiting }] of this.#graphs) {
      if (this.#graphs.size <= this.#limit) break;
      if (waiting > 0) continue;
      this.#graphs.delete(key);
      await session?.release();
    }
    return graph.session;
  }

  #translate(plan: Plan): KnownGraph {
    const start = performance.now();
    const isFrozen = plan.leaves.some((leaf) => leaf.frozen > 0);
    const kernels = plan.nodes.map((node) => node.kernel.name);
    const facts = { isFrozen, isSmall: plan.nodes.every(isSmall), kernels };
    const graph = { ...translate(plan, this.#webgpu), ...facts, session: null, waiting: 0 };
    this.compileMilliseconds += performance.now() - start;
    return graph;
  }

  async #compile(graph: KnownGraph, model: Uint8Array): Promise<OrtSession> {
    const start = performance.now();
    try {
      return await this.#ort.InferenceSession.create(model, this.#optionsFor(graph));
    } catch (error) {
      throw new Error(
        `ort backend: ONNX Runtime refused a graph of ${graph.kernels.length} kernels (${[...new Set(graph.kernels)].slice(0, 20).join(', ')}): ${(error as Error).message}`,
        { cause: error },
      );
    } finally {
      this.compiles++;
      this.compileMilliseconds += performance.now() - start;
    }
  }

  /**
   * ONNX Runtime's optimisers pay where weights are constants. Otherwise they cost seconds for a
   * training step and gain next to nothing: the graph is small already. Options of the caller's own
   * win.
   */
  #optionsFor({ isFrozen, isSmall }: KnownGraph): object {
    return {
      graphOptimizationLevel: isFrozen ? 'all' : 'disabled',
      ...(isSmall ? { intraOpNumThreads: 1 } : {}),
      ...this.#options,
    };
  }

  async clear(): Promise<void> {
    const old = [...this.#graphs.values()];
    this.#graphs.clear();
    for (const { session } of old) await session?.release();
  }
}

function isSmall({ kernel, inputs, outputs }: Node): boolean {
  // Of what these take, such as all samples, they use a part.
  const isCut = ['GatherV2', 'Slice', 'StridedSlice'].includes(kernel.name);
  const touched = isCut ? outputs : [...inputs, ...outputs];
  return touched.every((one) => one === null || sizeOf(one.shape) < SMALL);
}
