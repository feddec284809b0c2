/** Where an MLflow server is, and how it knows who asks. */
export interface MlflowServer {
  /** As `http://127.0.0.1:5000`. */
  readonly url: string;
  /** @default the environment's `MLFLOW_TRACKING_TOKEN` */
  readonly token?: string;
}

/** A number at a step, as `runs/log-batch` takes it. */
export interface MlflowMetric {
  readonly key: string;
  /** JSON has no infinite numbers; the server takes their names. */
  readonly value: number | 'NaN' | 'Infinity' | '-Infinity';
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

/** Milliseconds that an answer may take. */
const patience = 10_000;

/** The part of MLflow's REST interface (version 2.0) that a run needs. */
export class MlflowClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, token = process.env['MLFLOW_TRACKING_TOKEN'] }: MlflowServer) {
    this.#url = url.replace(/\/$/, '');
    this.#headers = {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
  }

  /** The id of the experiment of this name, which is made where there is none. */
  async experiment(name: string): Promise<string> {
    const query = new URLSearchParams({ experiment_name: name });
    const found = await this.#call(`experiments/get-by-name?${query}`, undefined, 404);
    if (found !== undefined) {
      return (found as { experiment: { experiment_id: string } }).experiment.experiment_id;
    }
    const made = await this.#call('experiments/create', { name });
    return (made as { experiment_id: string }).experiment_id;
  }

  /** Makes a run and returns its id. */
  async createRun(experiment: string, name: string): Promise<string> {
    const made = await this.#call('runs/create', {
      experiment_id: experiment,
      run_name: name,
      start_time: Date.now(),
    });
    return (made as { run: { info: { run_id: string } } }).run.info.run_id;
  }

  async logMetrics(run: string, metrics: readonly MlflowMetric[]): Promise<void> {
    for (let i = 0; i < metrics.length; i += 1000) {
      await this.#call('runs/log-batch', { run_id: run, metrics: metrics.slice(i, i + 1000) });
    }
  }

  async logParameters(run: string, parameters: Readonly<Record<string, string>>): Promise<void> {
    const all = Object.entries(parameters).map(([key, value]) => ({
      key,
      value: value.slice(0, 500),
    }));
    for (let i = 0; i < all.length; i += 100) {
      await this.#call('runs/log-batch', { run_id: run, params: all.slice(i, i + 100) });
    }
  }

  async setStatus(run: string, status: 'RUNNING' | 'FINISHED' | 'KILLED'): Promise<void> {
    const ended = status === 'RUNNING' ? {} : { end_time: Date.now() };
    await this.#call('runs/update', { run_id: run, status, ...ended });
  }

  /** @param missing the status that stands for "there is none": undefined is returned */
  async #call(path: string, body?: object, missing?: number): Promise<unknown> {
    const address = `${this.#url}/api/2.0/mlflow/${path}`;
    let answer: Response;
    try {
      answer = await fetch(address, {
        headers: this.#headers,
        signal: AbortSignal.timeout(patience),
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new Error(`MLflow at '${this.#url}' cannot be reached: ${reasonOf(cause)}`, { cause });
    }
    if (answer.status === missing) return undefined;
    if (answer.ok) return answer.json();
    const text = (await answer.text()).slice(0, 300);
    throw new Error(
      `MLflow at '${this.#url}' answered ${path.split('?')[0]} by ${answer.status}: ${text}`,
    );
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message || message : message;
}
