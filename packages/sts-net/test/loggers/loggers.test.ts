import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { temporaryFolder } from '@sts-net/testing';
import { PbfReader } from 'pbf';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { csvLog } from '../../src/loggers/csv-log.ts';
import { crc32c } from '../../src/loggers/event-file.ts';
import { mlflowLog } from '../../src/loggers/mlflow-log.ts';
import { readLog, type TrainEvent } from '../../src/loggers/run-log.ts';
import { tensorboardLog } from '../../src/loggers/tensorboard-log.ts';
import { train } from '../../src/runs/train.ts';
import { configFor, makeData } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

const start = (step: number) => ({ event: 'start', step }) as TrainEvent;
const step = (n: number, loss = 1 / n): TrainEvent => ({
  event: 'step',
  step: n,
  loss,
  learningRate: 0.5,
});
const validation = (n: number, classes?: number[]): TrainEvent => ({
  event: 'validation',
  step: n,
  metric: 'dice',
  score: 0.25,
  best: true,
  ...(classes && { classes }),
});
const end = (n: number, reason = 'finished') =>
  ({ event: 'end', step: n, reason, seen: [] }) as unknown as TrainEvent;

async function tell(log: (event: TrainEvent) => Promise<void>, ...events: TrainEvent[]) {
  for (const event of events) await log(event);
}

describe('the table', () => {
  it('has every number, and not twice those of steps that are run again', async () => {
    const path = join(temporaryFolder(), 'log.csv');
    await tell(csvLog(path), start(0), step(1), step(2), validation(2, [0.5, 0]), step(3));
    // A kill in the midst of a line.
    appendFileSync(path, '4,training/lo');
    await tell(csvLog(path), start(2), step(3, 7), end(3));
    expect(readFileSync(path, 'utf8').split('\n')).toEqual([
      'step,name,value',
      '1,training/loss,1',
      '1,training/learning_rate,0.5',
      '2,training/loss,0.5',
      '2,training/learning_rate,0.5',
      '2,validation/dice,0.25',
      '2,validation/dice/class_1,0.5',
      '2,validation/dice/class_2,0',
      '3,training/loss,7',
      '3,training/learning_rate,0.5',
      '',
    ]);
  });

  it('begins anew with a run that does', async () => {
    const path = join(temporaryFolder(), 'log.csv');
    await tell(csvLog(path), start(0), step(1));
    await tell(csvLog(path), start(0));
    expect(readFileSync(path, 'utf8')).toBe('step,name,value\n');
  });

  it('names the file that cannot be written', async () => {
    const log = csvLog(join(temporaryFolder(), 'none', 'log.csv'));
    await expect(log(step(1))).rejects.toThrow(/none.log\.csv'/);
  });
});

/** The payloads of a file of records, checksums of nothing looked at. */
function records(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    found.push(file.subarray(at + 12, at + 12 + length));
    at += length + 16;
  }
  return found;
}

describe('files for TensorBoard', () => {
  it('have the checksum of RFC 3720', () => {
    // Appendix B.4: 32 bytes of zeros, of ones, rising; and the usual check value.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });

  it('hold version, start, and every number at its step', async () => {
    const folder = temporaryFolder();
    await tell(tensorboardLog(folder), start(0), step(1), validation(1));
    await tell(tensorboardLog(folder), start(1), step(2));
    const names = readdirSync(folder).sort();
    expect(names).toHaveLength(2);
    const events = records(readFileSync(join(folder, names[0]!))).map((data) => {
      const event = { step: 0, version: '', starts: false, values: {} as Record<string, number> };
      const value = { tag: '', number: 0 };
      new PbfReader(data).readFields((tag, into, pbf) => {
        if (tag === 2) into.step = pbf.readVarint();
        if (tag === 3) into.version = pbf.readString();
        if (tag === 7)
          into.starts = pbf.readFields((t, _, p) => t === 1 && p.readVarint(), {}) !== null;
        if (tag === 5) {
          const limit = pbf.readVarint() + pbf.pos;
          pbf.readFields(
            (_, __, summary) => {
              const until = summary.readVarint() + summary.pos;
              summary.readFields(
                (t, into2, p) => {
                  if (t === 1) into2.tag = p.readString();
                  if (t === 2) into2.number = p.readFloat();
                },
                value,
                until,
              );
              into.values[value.tag] = value.number;
            },
            {},
            limit,
          );
        }
      }, event);
      return event;
    });
    expect(events).toMatchObject([
      { version: 'brain.Event:2' },
      { step: 1 },
      { step: 1, values: { 'training/loss': 1, 'training/learning_rate': 0.5 } },
      { step: 1, values: { 'validation/dice': 0.25 } },
    ]);
  });
});

interface Call {
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever a client sends.
  readonly body: any;
}

/** A server that answers as MLflow does, and notes what it was asked. */
class FakeMlflow {
  readonly calls: Call[] = [];
  isDown = false;
  readonly #experiments = new Map<string, string>();
  #runs = 0;
  readonly #server: Server = createServer((request, response) => {
    void this.#answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((done) => void this.#server.listen(0, '127.0.0.1', () => done()));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  metrics(): [string, number | string, number][] {
    return this.calls
      .flatMap(({ body }) => body?.metrics ?? [])
      .map(({ key, value, step: at }) => [key, value, at]);
  }

  async #answer(request: IncomingMessage): Promise<[number, object]> {
    let text = '';
    for await (const part of request) text += part;
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
    const path = pathname.replace('/api/2.0/mlflow/', '');
    const body = text === '' ? undefined : JSON.parse(text);
    if (this.isDown) return [503, { message: 'not now' }];
    this.calls.push({ path, body });
    if (path === 'experiments/get-by-name') {
      const id = this.#experiments.get(searchParams.get('experiment_name')!);
      if (id === undefined) return [404, { error_code: 'RESOURCE_DOES_NOT_EXIST' }];
      return [200, { experiment: { experiment_id: id } }];
    }
    if (path === 'experiments/create') {
      this.#experiments.set(body.name, 'e1');
      return [200, { experiment_id: 'e1' }];
    }
    if (path === 'runs/create') return [200, { run: { info: { run_id: `r${++this.#runs}` } } }];
    return [200, {}];
  }
}

describe('MLflow', () => {
  let server: FakeMlflow;
  const warnings: string[] = [];
  const options = async () => ({
    url: await server.start(),
    run: 'first',
    file: join(temporaryFolder(), 'mlflow.txt'),
    config: { seed: 7, training: { batchSize: 2, patch: undefined, classes: [1, 2] } },
    onWarning: (text: string) => void warnings.push(text),
  });
  beforeAll(() => {
    server = new FakeMlflow();
  });
  afterEach(() => {
    server.stop();
    server = new FakeMlflow();
    warnings.length = 0;
  });

  it('is told parameters, numbers and the end; a run that goes on stays one', async () => {
    const given = await options();
    await tell(
      mlflowLog(given),
      start(0),
      step(1),
      step(2, Number.NaN),
      validation(2),
      end(2, 'interrupted'),
    );
    await tell(mlflowLog(given), start(2), step(3), end(3));
    const paths = server.calls.map(({ path }) => path);
    expect(paths.filter((path) => path === 'runs/create')).toHaveLength(1);
    expect(server.calls.find(({ body }) => body?.params)!.body).toEqual({
      run_id: 'r1',
      params: [
        { key: 'seed', value: '7' },
        { key: 'training.batchSize', value: '2' },
        { key: 'training.classes', value: '[1,2]' },
      ],
    });
    expect(server.metrics()).toEqual([
      ['training/loss', 1, 1],
      ['training/learning_rate', 0.5, 1],
      ['training/loss', 'NaN', 2],
      ['training/learning_rate', 0.5, 2],
      ['validation/dice', 0.25, 2],
      ['training/loss', 1 / 3, 3],
      ['training/learning_rate', 0.5, 3],
    ]);
    const states = server.calls.filter(({ path }) => path === 'runs/update');
    expect(states.map(({ body }) => body.status)).toEqual(['KILLED', 'RUNNING', 'FINISHED']);
    expect(warnings).toEqual([]);
  });

  it('that fails is said once, and gets later what it missed', async () => {
    const log = mlflowLog(await options());
    server.isDown = true;
    await tell(log, start(0), step(1), validation(1), validation(2));
    expect(warnings).toEqual([
      expect.stringMatching(/answered experiments\/get-by-name by 503.*goes on/),
    ]);
    server.isDown = false;
    await tell(log, step(3), end(3));
    expect(server.metrics().map(([key, , at]) => `${key} ${at}`)).toEqual([
      'training/loss 1',
      'training/learning_rate 1',
      'validation/dice 1',
      'validation/dice 2',
      'training/loss 3',
      'training/learning_rate 3',
    ]);
  });

  it('that is not there ends no training, and the log says so', async () => {
    await useBackend('wasm');
    const model = tinyModel();
    const training = { ...(configFor()['training'] as object), steps: 2 };
    const loggers = ['csv', 'tensorboard', { name: 'mlflow', url: 'http://127.0.0.1:9' }];
    const { output, finished } = await train(validateConfig(configFor({ training, loggers })), {
      baseFolder: await makeData(),
      model,
    });
    model.dispose();
    expect(finished).toBe(true);
    const said = (await readLog(join(output, 'log.jsonl'))).filter(
      (one) => one.event === 'warning',
    );
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({
      message: expect.stringMatching(/127\.0\.0\.1:9' cannot be reached/),
    });
    const table = readFileSync(join(output, 'log.csv'), 'utf8');
    expect(table).toMatch(/^step,name,value\n1,training\/loss,0?\.?\d/);
    expect(readdirSync(join(output, 'tensorboard'))).toHaveLength(1);
  });
});

it('a config names its writers', () => {
  const { loggers } = validateConfig(
    configFor({ loggers: ['csv', { name: 'mlflow', url: 'http://m:5' }] }),
  );
  expect(loggers).toEqual([
    { name: 'csv' },
    { name: 'mlflow', url: 'http://m:5', experiment: 'sts-net' },
  ]);
  expect(() => validateConfig(configFor({ loggers: ['wandb'] }))).toThrow(/loggers/);
});
