import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Decision, referenceOf } from '@sts-net/inference';
import { algorithmOf } from '../prediction/algorithm-of.ts';
import { AuditLog, inputDigest } from '../prediction/audit-log.ts';
import type { OpenPredictor } from '../prediction/open-predictor.ts';
import { type CasePrediction, predictCase } from '../prediction/predict-case.ts';
import { packageVersion } from '../program/package-version.ts';
import { type Answer, answers, type Predicted } from './answers.ts';
import { HttpError } from './http-error.ts';
import { JobQueue, QueueFullError } from './job-queue.ts';
import { readUpload, type UploadedFile } from './read-upload.ts';
import { uploadedImage } from './uploaded-image.ts';

export interface RequestOptions {
  /** Others may have their jobs in it. @default one in which 4 may wait */
  readonly queue?: JobQueue;
  /** On a request's body, in bytes. @default 1 GiB */
  readonly limit?: number;
  /** How probabilities become labels. @default the most likely class */
  readonly decision?: Decision;
  /** Takes a line of JSON for each result, which names nobody; see `AuditLog`. */
  readonly audit?: (line: string) => Promise<void>;
  /** Told what is no fault of a request. */
  readonly onError?: (error: unknown) => void;
}

/** What a client is told that must come back later. */
const stopping = () =>
  new HttpError(503, 'the server stops; try again later', { 'retry-after': '30' });

/** What answers requests, each by itself. */
export class RequestHandler {
  readonly #opened: OpenPredictor;
  readonly #options: RequestOptions;
  readonly #queue: JobQueue;
  readonly #audit: AuditLog | undefined;
  readonly #refused = new AbortController();
  readonly #broken = new AbortController();

  constructor(opened: OpenPredictor, options: RequestOptions) {
    this.#opened = opened;
    this.#options = options;
    const { queue = new JobQueue(4), audit, decision = {} } = options;
    this.#queue = queue;
    this.#audit = audit && new AuditLog(audit, opened, { decision });
  }

  /** Refuses requests that wait. */
  refuse(): void {
    this.#refused.abort(stopping());
  }

  /** Breaks off what runs. */
  breakOff(): void {
    this.#broken.abort(stopping());
  }

  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    begin: () => void = () => {},
  ): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Error('the client hung up'));
    });
    try {
      await this.#answer(request, response, begin, gone.signal);
    } catch (error) {
      this.#sendError(response, error);
    }
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    begin: () => void,
    gone: AbortSignal,
  ): Promise<void> {
    const { pathname, searchParams: query } = targetOf(request);
    // Pages that a browser on this machine shows must not send images here, nor take its time.
    if (request.headers.origin !== undefined) {
      throw new HttpError(403, 'requests from web pages are not answered');
    }
    if (pathname === '/health') {
      checkMethod(request, ['GET', 'HEAD']);
      return this.#sendHealth(response);
    }
    const spec = Object.hasOwn(answers, pathname) ? answers[pathname] : undefined;
    if (spec === undefined) {
      const known = ['/health', ...Object.keys(answers)].join(', ');
      throw new HttpError(404, `there is no '${pathname}'; there are ${known}`);
    }
    checkMethod(request, ['POST']);
    const make = spec.prepare({ query, accept: request.headers.accept });
    this.#refused.signal.throwIfAborted();
    const { limit = 2 ** 30 } = this.#options;
    // Before the body is read, so that no more bodies are in memory than there are places.
    const place = this.#queue.admit();
    try {
      const files = await readUpload(request, limit, begin);
      const waiting = AbortSignal.any([gone, this.#refused.signal]);
      const running = AbortSignal.any([gone, this.#broken.signal]);
      const answer = await place.run(() => this.#predict(files, make, running, response), waiting);
      send(response, 200, answer.type, answer.body, {
        'content-disposition': `attachment; filename="${answer.name}"`,
      });
    } finally {
      place.leave();
    }
  }

  async #predict(
    files: readonly UploadedFile[],
    make: (predicted: Predicted) => Promise<Answer>,
    signal: AbortSignal,
    response: ServerResponse,
  ): Promise<Answer> {
    const { decision = {} } = this.#options;
    const opened = this.#opened;
    const begun = performance.now();
    let input: string | null = null;
    let prediction: CasePrediction | undefined;
    const note = (status: 'done' | 'failed' | 'cancelled') =>
      this.#audit?.note({ status, input, seconds: (performance.now() - begun) / 1000 });
    try {
      const warnings: string[] = [];
      const onWarning = (message: string) => void warnings.push(message);
      const networks = opened.members.map(({ preprocessing }) => preprocessing);
      const read = await uploadedImage(files, networks, { onWarning }).catch(unreadable);
      input = inputDigest(read.image);
      prediction = await predictCase(
        opened,
        { id: 'image', ...read },
        { decision, signal, onWarning },
      );
      // The last slice may have been under way.
      signal.throwIfAborted();
      const answer = await make({
        ...{ prediction, image: referenceOf(read.image), flat: read.flat },
        ...{ targets: opened.targets, algorithm: () => algorithmOf(opened, decision) },
      });
      if (warnings.length > 0)
        response.setHeader('sts-net-warnings', ascii(JSON.stringify(warnings)));
      await note('done');
      return answer;
    } catch (error) {
      await note(signal.aborted ? 'cancelled' : 'failed');
      throw error;
    } finally {
      prediction?.release();
    }
  }

  async #sendHealth(response: ServerResponse): Promise<void> {
    const { networks, digest, engine } = this.#opened;
    const isStopping = this.#refused.signal.aborted;
    const health = {
      status: isStopping ? 'stopping' : 'ok',
      ...{ version: packageVersion(), networks, model: await digest(), engine: engine?.name },
      jobs: this.#queue.taken,
    };
    send(response, isStopping ? 503 : 200, 'application/json', `${JSON.stringify(health)}\n`);
  }

  #sendError(response: ServerResponse, error: unknown): void {
    // Nobody is there to be told.
    if (response.destroyed || response.headersSent) return;
    const { status, message, headers } = answerTo(error);
    if (status === 500) this.#options.onError?.(error);
    send(response, status, 'application/json', `${JSON.stringify({ error: message })}\n`, headers);
  }
}

function targetOf({ url = '/' }: IncomingMessage): URL {
  try {
    return new URL(url, 'http://localhost');
  } catch (cause) {
    throw new HttpError(400, 'the address of the request is none', {}, { cause });
  }
}

function checkMethod({ method = '' }: IncomingMessage, allowed: readonly string[]): void {
  if (allowed.includes(method)) return;
  const allow = allowed.join(', ');
  throw new HttpError(405, `the method must be ${allow}, got ${method}`, { allow });
}

/** What cannot be read is at fault, whatever the reader throws. */
function unreadable(cause: unknown): never {
  if (cause instanceof HttpError) throw cause;
  throw new HttpError(422, (cause as Error).message, {}, { cause });
}

function answerTo(error: unknown): Pick<HttpError, 'status' | 'message' | 'headers'> {
  if (error instanceof HttpError) return error;
  if (error instanceof QueueFullError) {
    const headers = { 'retry-after': String(error.seconds) };
    return { status: 503, message: error.message, headers };
  }
  // What packages refuse is a value out of its range, which came with the image.
  if (error instanceof RangeError) return { status: 422, message: error.message, headers: {} };
  return { status: 500, message: 'the server failed; its log says why', headers: {} };
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const length = String(Buffer.byteLength(body));
  // A result is for whoever asked, and for nobody's cache.
  const own = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  response.writeHead(status, {
    'content-type': type,
    'content-length': length,
    ...own,
    ...headers,
  });
  response.end(body);
}

/** JSON in ASCII, as headers must be. */
function ascii(json: string): string {
  return json.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
