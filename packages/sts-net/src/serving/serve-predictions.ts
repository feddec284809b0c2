import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { OpenPredictor } from '../prediction/open-predictor.ts';
import { listen } from './listen.ts';
import { RequestHandler, type RequestOptions } from './request-handler.ts';

export interface ServePredictionsOptions extends RequestOptions {
  /** @default 127.0.0.1, which programs on this machine alone reach */
  readonly host?: string;
  /** @default any that is free */
  readonly port?: number;
}

/** A server that listens. */
export interface PredictionServer {
  readonly url: string;
  /**
   * Takes no more requests, refuses those that wait, and ends when those that run are answered.
   *
   * @param grace how long they may take before they are broken off, in ms
   */
  close(grace: number): Promise<void>;
}

/**
 * Answers `POST /labels`, `/seg`, `/rtstruct`, `/probabilities` and `/lesions` with what networks say of the
 * image in the body, and `GET /health`. One image is predicted at a time. Nothing of it is written to disk.
 *
 * @throws Error if it cannot listen there
 */
export async function servePredictions(
  opened: OpenPredictor,
  options: ServePredictionsOptions,
): Promise<PredictionServer> {
  const { host = '127.0.0.1', port = 0 } = options;
  // Of the weights that are loaded, whatever becomes of their files.
  await opened.digest();
  const handler = new RequestHandler(opened, options);
  const server = createServer((request, response) => void handler.handle(request, response));
  // Who asks before it sends is told what speaks against it.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    void handler.handle(request, response, () => response.writeContinue());
  });
  return {
    url: await listen(server, host, port),
    close: (grace) => close(server, handler, grace),
  };
}

async function close(server: Server, handler: RequestHandler, grace: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  handler.refuse();
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    handler.breakOff();
    // Those that are still sending.
    setTimeout(() => server.closeAllConnections(), 2000).unref();
  }, grace);
  await closed;
  clearTimeout(timer);
}
