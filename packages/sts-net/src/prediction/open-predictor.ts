import { createHash } from 'node:crypto';
import type { BackendChoice, BackendInfo } from '@sts-net/backend';
import { fileDigest } from '@sts-net/datasets/files';
import { firstDifference, partNames } from '@sts-net/experiment';
import {
  type AskedHow as AskedNetwork,
  asked as askedAs,
  ensemble,
  type Member,
  networkBudget,
  type Predictor,
  togetherWith,
  unknownPixelBytes,
} from '@sts-net/inference';
import { ownMemory } from '../machine/own-memory.ts';
import type { ModelDescription } from '../runs/model-file.ts';

/** Networks and how they are asked. */
export interface PredictorSettings extends AskedHow {
  /** Folders of runs, files of weights, .onnx files; what they say is averaged. At least one. */
  readonly models: readonly string[];
  /** @default 'auto' */
  readonly engine?: 'auto' | BackendChoice;
  /** Told when images are first seen in tiles that were not asked for. */
  readonly onTiles?: ((text: string) => void) | undefined;
}

/** How networks are asked. */
export interface AskedHow extends AskedNetwork {
  /** Cuts volumes along all three axes, and averages. @default along that of the training */
  readonly axes?: boolean | undefined;
}

/** Networks that are ready to predict. */
export interface OpenPredictor {
  /** Networks that take the same images are one here. */
  readonly members: readonly (Member & Pick<ModelDescription, 'preprocessing' | 'trainedOn'>)[];
  /** Whether volumes are cut along all axes. */
  readonly axes: boolean;
  /** How many images of a size, in pixels, go through a network together. */
  readonly batchSize: (height: number, width: number) => number;
  /** What each class but the background is, if a network's config said so. */
  readonly targets: ModelDescription['targets'];
  /** Encoder, decoder and attention of each network, or what a whole one is called. */
  readonly networks: readonly string[];
  readonly asked: AskedHow;
  /** What computes; undefined where only .onnx files do. */
  readonly engine: BackendInfo | undefined;
  /** SHA-256 over the files of the networks and how they are asked. */
  digest(): Promise<string>;
  dispose(): void;
}

/** One network. */
interface OneModel extends ModelDescription {
  readonly predictor: Predictor;
  /** Its file. */
  readonly path: string;
  readonly engine?: BackendInfo;
  /** Bytes that it takes for each pixel of a batch. */
  readonly pixelBytes: number;
  readonly dispose: () => void;
}

/**
 * Loads networks.
 *
 * @throws Error naming the file and the cure, if one is missing, damaged or of another program;
 * RangeError if they do not tell the same classes
 */
export async function openPredictor(settings: PredictorSettings): Promise<OpenPredictor> {
  const { models, engine = 'auto', onTiles = () => {}, ...asked } = settings;
  const { mirror = [], axes = false, tiles, temperature } = asked;
  const opened: OneModel[] = [];
  const dispose = () => {
    for (const one of opened) one.dispose();
  };
  try {
    for (const path of models) opened.push(await openModel(path, engine));
    checkClasses(opened);
    const budget = networkBudget(ownMemory());
    const ready = opened.map(({ predictor, ...one }) => ({
      ...one,
      predictor: askedAs(predictor, asked, { pixelBytes: one.pixelBytes, budget, onTiles }),
    }));
    const most = Math.max(...opened.map(({ pixelBytes }) => pixelBytes));
    let digest: Promise<string> | undefined;
    return {
      members: together(ready),
      axes,
      batchSize: togetherWith(asked, { pixelBytes: most, budget }),
      targets: opened.find(({ targets }) => targets !== undefined)?.targets,
      networks: opened.map(({ network }) => nameOf(network)),
      asked,
      engine: opened.find((one) => one.engine !== undefined)?.engine,
      digest: () => (digest ??= digestOf(opened, { mirror, axes, tiles, temperature })),
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function digestOf(opened: readonly OneModel[], asked: AskedHow): Promise<string> {
  const digests = await Promise.all(opened.map(({ path }) => fileDigest(path)));
  const facts = JSON.stringify({ digests, ...asked });
  return createHash('sha256').update(facts).digest('hex');
}

/** An ONNX file needs ONNX Runtime alone, a run TensorFlow.js; each is loaded where it is used. */
async function openModel(path: string, engine: 'auto' | BackendChoice): Promise<OneModel> {
  if (/\.onnx$/i.test(path)) {
    const { loadOnnx } = await import('../onnx/load-onnx.ts');
    return { ...(await loadOnnx(path)), path, pixelBytes: unknownPixelBytes, dispose: () => {} };
  }
  const { loadModel } = await import('../runs/load-model.ts');
  const { prepareEngine } = await import('../runs/prepare-engine.ts');
  const { pixelBytes, predictorOf } = await import('@sts-net/model');
  const prepared = await prepareEngine(engine);
  const loaded = await loadModel(path);
  const { model } = loaded;
  const predictor = predictorOf(model);
  return {
    ...{ ...loaded, predictor, engine: prepared },
    pixelBytes: pixelBytes(model),
    dispose: () => model.dispose(),
  };
}

function checkClasses([first, ...others]: readonly OneModel[]): void {
  const { classes } = first!.predictor;
  const other = others.find(({ predictor }) => predictor.classes !== classes);
  if (other === undefined) return;
  throw new RangeError(
    `'${first!.path}' and '${other.path}' must tell the same classes to be averaged, but tell ${classes} and ${other.predictor.classes}; predict with each by itself`,
  );
}

/** Those that take the same images see them together. */
function together(models: readonly OneModel[]): OpenPredictor['members'] {
  const groups: OneModel[][] = [];
  for (const model of models) {
    const alike = groups.find(
      ([first]) => firstDifference(first!.preprocessing, model.preprocessing) === undefined,
    );
    if (alike === undefined) groups.push([model]);
    else alike.push(model);
  }
  return groups.map((group) => ({
    predictor: ensemble(group.map(({ predictor }) => predictor)),
    preprocessing: group[0]!.preprocessing,
    trainedOn: group[0]!.trainedOn,
  }));
}

function nameOf(network: ModelDescription['network']): string {
  if ('topology' in network) return 'own network';
  return partNames(network).join(' ');
}
