import { request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import { uniform } from '@sts-net/testing';
import {
  createVolume,
  decodeImage,
  decodeVolume,
  encodeImage,
  encodeVolume,
  readDicomSegments,
  readDicomSeries,
  readRtStruct,
} from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { JobQueue } from '../../src/serving/job-queue.ts';
import {
  type PredictionServer,
  type ServePredictionsOptions,
  servePredictions,
} from '../../src/serving/serve-predictions.ts';
import { dicomSeries } from '../dicom-series.ts';
import { bright, brightBy, brightMember } from '../prediction/bright.ts';
import { zip } from './zip.ts';

const shape = [3, 6, 5];
const values = uniform('image', 90);
const volume = createVolume(ndarray(values, shape), { spacing: [2, 1, 1] });
const expected = Array.from(values, (v) => Number(v > 0.5));
const nifti = () => encodeVolume(volume, { gzip: true });
const series = (uid = '1.2.3.4.5', patient?: string) =>
  dicomSeries({
    ...{ series: uid, shape: [3, 6, 5] as const, values: expected.map((v) => v + 1000) },
    ...(patient !== undefined && { patient }),
  });

let server: PredictionServer | undefined;
let audited: string[] = [];
let queue: JobQueue;

async function serve(
  opened = bright(),
  options: Partial<ServePredictionsOptions> & { readonly waiting?: number } = {},
): Promise<string> {
  audited = [];
  queue = new JobQueue(options.waiting ?? 4);
  const audit = async (line: string) => void audited.push(line);
  server = await servePredictions(opened, { queue, audit, ...options });
  return server.url;
}
afterEach(async () => {
  await server?.close(0);
  server = undefined;
});

const post = (url: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers });
const bytesOf = async (response: Response) => {
  expect(response.status, response.ok ? '' : await response.clone().text()).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
};
function form(files: readonly Uint8Array[], field = 'file'): FormData {
  const data = new FormData();
  for (const [i, file] of files.entries())
    data.append(field, new Blob([Buffer.from(file)]), `${i}.dcm`);
  return data;
}
/** A predictor that waits until it is let go. */
function slow() {
  let go: () => void = () => {};
  let begun: () => void = () => {};
  const open = new Promise<void>((resolve) => (go = resolve));
  const running = new Promise<void>((resolve) => (begun = resolve));
  const opened = brightBy(async (...given) => {
    begun();
    await open;
    return brightMember.predictor.predict(...given);
  });
  return { opened, go: () => go(), running };
}

describe('a volume', () => {
  it('gives labels on its grid, in the format that is asked for', async () => {
    const url = await serve();
    for (const [path, headers] of [
      ['/labels', {}],
      ['/labels?format=nii.gz', {}],
      ['/labels?format=nrrd', {}],
      ['/labels?format=mha', {}],
      ['/labels', { accept: 'text/html, application/gzip;q=0.5' }],
    ] as const) {
      const labels = await decodeVolume(
        await bytesOf(await post(url + path, await nifti(), headers)),
      );
      expect([...labels.voxels.data]).toEqual(expected);
      expect(labels.spacing).toEqual([2, 1, 1]);
    }
  });

  it('gives probabilities, and lesions as JSON and CSV', async () => {
    const url = await serve();
    const response = await post(`${url}/probabilities?class=1`, await nifti());
    expect(response.headers.get('content-disposition')).toContain('probabilities.nii.gz');
    const { voxels } = await decodeVolume(await bytesOf(response));
    const logistic = Array.from(values, (v) => 1 / (1 + Math.exp(-20 * (v - 0.5))));
    expect(voxels.data).toBeAllclose(logistic, { atol: 1e-5 });
    const json = await post(`${url}/lesions`, await nifti());
    const { lesions } = (await json.json()) as { lesions: { voxels: number }[] };
    const found = expected.reduce((a, b) => a + b);
    expect(lesions.reduce((sum, lesion) => sum + lesion.voxels, 0)).toBe(found);
    const csv = await post(`${url}/lesions`, await nifti(), { accept: 'text/csv' });
    expect(csv.headers.get('content-type')).toBe('text/csv');
    expect((await csv.text()).trim().split('\n')).toHaveLength(lesions.length + 1);
  });

  it('decides as told, and leaves a line without a name', async () => {
    const url = await serve(bright(), { decision: { threshold: 0.9 } });
    const labels = await decodeVolume(await bytesOf(await post(`${url}/labels`, await nifti())));
    const logistic = values.map((v) => 1 / (1 + Math.exp(-20 * (v - 0.5))));
    expect([...labels.voxels.data]).toEqual(Array.from(logistic, (p) => Number(p >= 0.9)));
    expect(audited).toHaveLength(1);
    expect(JSON.parse(audited[0]!)).toMatchObject({ status: 'done', model: 'a' });
  });
});

describe('other images', () => {
  it('a picture gives a PNG', async () => {
    const url = await serve();
    const png = await encodeImage(ndarray(new Uint8Array(20).fill(200), [4, 5]));
    const body = await bytesOf(await post(`${url}/labels`, png, { 'content-type': 'image/png' }));
    expect([...(await decodeImage(body)).pixels.data]).toEqual(new Array(20).fill(255));
  });

  it('a DICOM series gives a SEG and an RTSTRUCT, sent as a form or an archive', async () => {
    const url = await serve();
    const files = series();
    const like = await readDicomSeries(files);
    const archive = zip([
      ['study/', new Uint8Array()],
      ['__MACOSX/study/._1.dcm', new Uint8Array(7)],
      ...files.map((bytes, i) => [`study/${i}.dcm`, bytes] as const),
    ]);
    const seg = [
      await post(`${url}/seg`, form(files)),
      await post(`${url}/labels`, form(files), { accept: 'application/dicom' }),
      await post(`${url}/seg`, archive, { 'content-type': 'application/zip' }),
      await post(`${url}/seg`, archive),
      await post(`${url}/seg`, form([archive])),
    ];
    for (const response of seg) {
      expect(response.headers.get('content-type')).toBe('application/dicom');
      const [segment] = await readDicomSegments(await bytesOf(response), { like });
      expect([...segment!.volume.voxels.data]).toEqual(expected);
    }
    const structures = await bytesOf(await post(`${url}/rtstruct`, form(files)));
    const [roi] = await readRtStruct(structures, { like });
    expect([...roi!.volume.voxels.data]).toEqual(expected);
    expect(audited.join('')).not.toMatch(/Doe|1\.2\.3\.4|2024/);
  });

  it('named channels come as fields of their names', async () => {
    const { predictor, preprocessing } = brightMember;
    const { members } = brightBy(
      (images, [batch, height, width]) =>
        predictor.predict(
          images.filter((_, i) => i % 2 === 1),
          [batch, height, width, 3],
        ),
      { channels: 6 },
    );
    const channels = { ...preprocessing, channels: ['flair', 't1'] };
    const url = await serve(
      bright('a', { members: [{ ...members[0]!, preprocessing: channels }] }),
    );
    const dark = await encodeVolume(
      createVolume(ndarray(new Float32Array(90), shape), { spacing: [2, 1, 1] }),
    );
    const both = form([dark], 'flair');
    both.append('t1', new Blob([Buffer.from(await nifti())]), 't1.nii.gz');
    const labels = await decodeVolume(await bytesOf(await post(`${url}/labels`, both)));
    expect([...labels.voxels.data]).toEqual(expected);
    const wrong = await post(`${url}/labels`, form([dark], 'flare'));
    expect([wrong.status, await wrong.text()]).toEqual([
      422,
      expect.stringContaining("the network's channels, flair, t1, got 'flare'"),
    ]);
    expect((await post(`${url}/labels`, form([dark], 'flair'))).status).toBe(422);
  });
});

describe('what is wrong has one answer', () => {
  const cases: readonly [string, string, RequestInit, number, RegExp][] = [
    [
      'an unknown path',
      '/label',
      { method: 'POST', body: 'x' },
      404,
      /there is no '\/label'; there are \/health, \/labels/,
    ],
    ['another method', '/labels', { method: 'GET' }, 405, /must be POST, got GET/],
    ['a body that is empty', '/labels', { method: 'POST' }, 400, /is empty/],
    [
      'another media type',
      '/labels',
      { method: 'POST', body: 'x', headers: { 'content-type': 'text/html' } },
      415,
      /got 'text\/html'/,
    ],
    [
      'a media type that is none',
      '/labels',
      { method: 'POST', body: 'x', headers: { 'content-type': 'volume' } },
      415,
      /got 'volume'/,
    ],
    [
      'a compressed body',
      '/labels',
      { method: 'POST', body: 'x', headers: { 'content-encoding': 'gzip' } },
      415,
      /Content-Encoding 'gzip'/,
    ],
    [
      'an answer that nobody gives',
      '/lesions',
      { method: 'POST', body: 'x', headers: { accept: 'text/html' } },
      406,
      /application\/json or text\/csv/,
    ],
    [
      'an unknown format',
      '/labels?format=bmp',
      { method: 'POST', body: 'x' },
      400,
      /format must be of nii.gz/,
    ],
    [
      'a class that is none',
      '/probabilities?class=x',
      { method: 'POST', body: 'x' },
      400,
      /class must be the number/,
    ],
    [
      'no image',
      '/labels',
      {
        method: 'POST',
        body: 'x'.repeat(1000),
        headers: { 'content-type': 'application/octet-stream' },
      },
      422,
      /./,
    ],
    [
      'a broken form',
      '/labels',
      {
        method: 'POST',
        body: '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nabc',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      },
      400,
      /must be a whole multipart/,
    ],
    [
      'a form without a boundary',
      '/labels',
      { method: 'POST', body: 'x', headers: { 'content-type': 'multipart/form-data' } },
      400,
      /must be a whole multipart/,
    ],
    [
      'a broken archive',
      '/labels',
      {
        method: 'POST',
        body: 'PK\x03\x04'.padEnd(500, 'x'),
        headers: { 'content-type': 'application/zip' },
      },
      400,
      /ZIP archive is damaged/,
    ],
    [
      'a page of the web',
      '/labels',
      { method: 'POST', body: 'x', headers: { origin: 'https://example.org' } },
      403,
      /web pages/,
    ],
    [
      'a body that is too large',
      '/labels',
      { method: 'POST', body: 'x'.repeat(70_000) },
      413,
      /at most 65536 bytes/,
    ],
  ];

  it.each(cases)('%s', async (_, path, init, status, message) => {
    const url = await serve(bright(), { limit: 65536 });
    const response = await fetch(url + path, init);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    const { error } = (await response.json()) as { error: string };
    expect(error).toMatch(message);
    expect(error).not.toContain('\n');
    if (status === 405) expect(response.headers.get('allow')).toBe('POST');
    expect(queue.taken).toBe(0);
  });

  it('a body that is too large and comes in pieces, and an archive that is when it is unpacked', async () => {
    const url = await serve(bright(), { limit: 65536 });
    const pieces = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 5; i++) controller.enqueue(new Uint8Array(20_000));
        controller.close();
      },
    });
    const init = { method: 'POST', body: pieces, duplex: 'half' } as RequestInit;
    expect((await fetch(`${url}/labels`, init)).status).toBe(413);
    const bomb = zip([['a', new Uint8Array(1e6)]]);
    expect(bomb.length).toBeLessThan(65536);
    expect((await post(`${url}/labels`, bomb)).status).toBe(413);
    const half = zip([['a', new Uint8Array(40_000)]]);
    expect((await post(`${url}/labels`, form([half, half]))).status).toBe(413);
  });

  it.each([
    [
      'two series',
      () => [...series('1.2.3.4.5'), ...series('1.2.3.4.6')],
      /must hold one series, got 2/,
    ],
    [
      'a series of two patients',
      () => [...series('1.2.3.4.5').slice(0, 2), series('1.2.3.4.5', 'Roe^Joe')[2]!],
      /patient/,
    ],
    ['a slice twice', () => [...series(), series()[1]!], /./],
    [
      'a series without a slice',
      () => [
        series()[0]!,
        ...dicomSeries({
          series: '1.2.3.4.5',
          shape: [5, 6, 5],
          values: new Array(150).fill(1000),
        }).slice(2),
      ],
      /./,
    ],
  ])('%s', async (_, files, message) => {
    const url = await serve();
    const response = await post(`${url}/seg`, form(files()));
    expect(response.status).toBe(422);
    expect(await response.text()).toMatch(message);
    expect(JSON.parse(audited[0]!)).toMatchObject({ status: 'failed', input: null });
  });

  it('a SEG of what is not from DICOM, and an image that is not finite', async () => {
    const url = await serve();
    const seg = await post(`${url}/seg`, await nifti());
    expect([seg.status, await seg.text()]).toEqual([
      422,
      expect.stringContaining('needs an image read from DICOM'),
    ]);
    const nan = await encodeVolume(
      createVolume(ndarray(new Float32Array(90).fill(Number.NaN), shape)),
    );
    expect((await post(`${url}/labels`, nan)).status).toBe(422);
    expect(JSON.parse(audited[1]!)).toMatchObject({ status: 'failed', input: expect.any(String) });
  });

  it('a fault of the server, whose message is for its log alone', async () => {
    const onError = vi.fn();
    const failing = brightBy(async () => {
      throw new Error('secret');
    });
    const url = await serve(failing, { onError });
    const response = await post(`${url}/labels`, await nifti());
    expect([response.status, await response.text()]).toEqual([
      500,
      '{"error":"the server failed; its log says why"}\n',
    ]);
    expect(onError).toHaveBeenCalledOnce();
  });

  it('a port where another program listens', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(serve(bright(), { port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another program listens there; choose another \`port\``,
    );
    other.close();
  });
});

describe('the queue', () => {
  it('refuses what finds no place, and says when to come again', async () => {
    const { opened, go, running } = slow();
    const url = await serve(opened, { waiting: 1 });
    const first = post(`${url}/lesions`, await nifti());
    await running;
    const second = post(`${url}/lesions`, await nifti());
    await vi.waitFor(() => expect(queue.taken).toBe(2));
    const third = await post(`${url}/lesions`, await nifti());
    expect(third.status).toBe(503);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    const health = await fetch(`${url}/health`);
    expect(await health.json()).toMatchObject({ status: 'ok', jobs: 2, model: 'a' });
    go();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(queue.taken).toBe(0);
  });

  it('drops the job of a client that hangs up, waiting or running', async () => {
    const { opened, go, running } = slow();
    const url = await serve(opened);
    const [first, second] = [new AbortController(), new AbortController()];
    const ask = async ({ signal }: AbortController) =>
      fetch(`${url}/lesions`, { method: 'POST', body: await nifti(), signal }).catch(() => 'gone');
    const one = ask(first);
    await running;
    const two = ask(second);
    await vi.waitFor(() => expect(queue.taken).toBe(2));
    second.abort();
    expect(await two).toBe('gone');
    await vi.waitFor(() => expect(queue.taken).toBe(1));
    first.abort();
    expect(await one).toBe('gone');
    // The server hears of it before it hears this.
    await fetch(`${url}/health`);
    await fetch(`${url}/health`);
    go();
    await vi.waitFor(() => expect(queue.taken).toBe(0));
    // What had not begun leaves no line.
    expect(audited.map((line) => JSON.parse(line).status)).toEqual(['cancelled']);
    expect((await post(`${url}/lesions`, await nifti())).status).toBe(200);
  });

  it('is emptied when the server closes: what runs is answered, what waits refused', async () => {
    const { opened, go, running } = slow();
    const url = await serve(opened);
    const first = post(`${url}/lesions`, await nifti());
    await running;
    const second = post(`${url}/lesions`, await nifti());
    await vi.waitFor(() => expect(queue.taken).toBe(2));
    const closed = server!.close(60_000);
    const refused = await second;
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
    go();
    expect((await first).status).toBe(200);
    await closed;
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });

  it('is broken off after the grace', async () => {
    const { opened, go, running } = slow();
    const url = await serve(opened);
    const first = post(`${url}/lesions`, await nifti());
    await running;
    const closed = server!.close(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    go();
    expect((await first).status).toBe(503);
    await closed;
    expect(audited.map((line) => JSON.parse(line).status)).toEqual(['cancelled']);
  });
});

it('tells who asks before sending what speaks against it, or to go on', async () => {
  const url = await serve(bright(), { limit: 65536 });
  const body = Buffer.from(await nifti());
  const ask = (length: number) =>
    new Promise<{ status: number | undefined; wasAsked: boolean }>((resolve, reject) => {
      const headers = { expect: '100-continue', 'content-length': length };
      const request = httpRequest(`${url}/lesions`, { method: 'POST', headers });
      let wasAsked = false;
      request.on('continue', () => {
        wasAsked = true;
        request.end(body);
      });
      request.on('response', ({ statusCode: status }) => {
        resolve({ status, wasAsked });
        request.destroy();
      });
      request.on('error', reject);
      request.flushHeaders();
    });
  expect(await ask(body.length)).toEqual({ status: 200, wasAsked: true });
  expect(await ask(70_000)).toEqual({ status: 413, wasAsked: false });
});
