import type { OrtRuntime, OrtSession } from '../runtime/ort-runtime.ts';
import type { Plan } from './plan.ts';
import { type Translation, translate } from './translate.ts';

export interface CompiledGraph extends Omit<Translation, 'model'> {
  /** `null` where every result is data that is there already. */
  readonly session: OrtSession | null;
}

/** Sessions by the structure of their graphs; the least recently used one goes first. */
export class SessionCache {
  readonly #sessions = new Map<string, CompiledGraph>();
  readonly #ort: OrtRuntime;
  readonly #limit: number;
  readonly #options: object;
  compiles = 0;
  compileMilliseconds = 0;

  constructor(ort: OrtRuntime, limit: number, options: object) {
    this.#ort = ort;
    this.#limit = limit;
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** The session for a plan, compiled where it is new. */
  async get(plan: Plan): Promise<CompiledGraph> {
    let graph = this.#sessions.get(plan.key);
    if (graph === undefined) {
      graph = await this.#compile(plan);
    } else {
      this.#sessions.delete(plan.key);
    }
    this.#sessions.set(plan.key, graph);
    while (this.#sessions.size > this.#limit) {
      const [oldest, { session }] = this.#sessions.entries().next().value!;
      this.#sessions.delete(oldest);
      await session?.release();
    }
    return graph;
  }

  async #compile(plan: Plan): Promise<CompiledGraph> {
    const start = performance.now();
    const { model, ...translation } = translate(plan);
    try {
      const nothing = translation.outputNames.length === 0;
      const session = nothing
        ? null
        : await this.#ort.InferenceSession.create(model, this.#optionsFor(plan));
      return { ...translation, session };
    } catch (error) {
      throw new Error(
        `ort backend: ONNX Runtime refused a graph of ${plan.nodes.length} kernels (${[...new Set(plan.nodes.map((node) => node.kernel.name))].slice(0, 20).join(', ')}): ${(error as Error).message}`,
        { cause: error },
      );
    } finally {
      this.compiles++;
      this.compileMilliseconds += performance.now() - start;
    }
  }

  /**
   * ONNX Runtime's optimisers pay where weights are constants. Otherwise they cost seconds for a
   * training step and gain next to nothing: the graph is small already.
   */
  #optionsFor(plan: Plan): object {
    const constants = plan.leaves.some((leaf) => leaf.frozen > 0);
    return { graphOptimizationLevel: constants ? 'all' : 'disabled', ...this.#options };
  }

  async clear(): Promise<void> {
    const old = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const { session } of old) await session?.release();
  }
}
