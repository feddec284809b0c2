import type { ListedLesion } from '@sts-net/inference';
import type { SegmenterInfo } from '../open-segmenter.ts';

/** An element of the page, which is there. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

export function show(id: string, isShown: boolean): void {
  byId(id).hidden = !isShown;
}

function element(name: string, text: string): HTMLElement {
  const one = document.createElement(name);
  one.textContent = text;
  return one;
}

/** What a model is and what it runs on, as terms and descriptions. */
export function factsOf(info: SegmenterInfo): readonly HTMLElement[] {
  const { network, preprocessing, classes, engine, threshold, temperature, worker } = info;
  const own = 'network' in network ? network.network : undefined;
  const name = typeof own === 'object' ? own.name : own;
  const { encoder, decoder } = network as {
    readonly encoder?: unknown;
    readonly decoder?: unknown;
  };
  const targets = classes.slice(1).map((one) => one.name);
  const threads = engine.threads === 1 ? 'one thread' : `${engine.threads} threads`;
  const facts = [
    ['Network', name ?? `${encoder} with ${decoder}`],
    ['Finds', targets.join(', ')],
    ['Sees', `${2 * (preprocessing.context ?? 0) + 1} slices at a time`],
    ['Threshold', threshold?.map(shortly).join(', ') ?? 'the most likely class'],
    ...(temperature === undefined ? [] : [['Calibrated', `temperature ${temperature.toFixed(2)}`]]),
    ['Runs on', `${engine.name}, ${threads}: ${engine.reason}`],
    ['In', worker ? 'a worker' : `this page${info.noWorker ? `, since ${info.noWorker}` : ''}`],
    ['Came from', `the ${info.from}`],
  ] as const;
  return facts.flatMap(([term, text]) => [
    element('dt', String(term)),
    element('dd', String(text)),
  ]);
}

/** A probability, to be read. */
export function shortly(probability: number): string {
  return String(Number(probability.toPrecision(3)));
}

/** A row for each lesion, with a button that jumps to it. */
export function lesionRows(
  lesions: readonly ListedLesion[],
  info: SegmenterInfo,
  flat: boolean,
  jump: (lesion: ListedLesion) => void,
): readonly HTMLElement[] {
  return lesions.map((lesion) => {
    const row = document.createElement('tr');
    const button = element('button', String(lesion.number)) as HTMLButtonElement;
    button.type = 'button';
    button.ariaLabel = `Go to lesion ${lesion.number}`;
    button.addEventListener('click', () => jump(lesion));
    const first = document.createElement('td');
    first.append(button);
    const cells = [
      ...(info.classes.length > 2 ? [info.classes[lesion.class]!.name] : []),
      flat ? `${lesion.voxels} pixels` : `${(1000 * lesion.volumeMl).toFixed(0)} mm³`,
      `${lesion.longestDiameterMm.toFixed(1)} ${flat ? 'pixels' : 'mm'}`,
      `${Math.round(100 * (lesion.meanProbability ?? 0))} %`,
    ];
    row.append(first, ...cells.map((text) => element('td', text)));
    return row;
  });
}
