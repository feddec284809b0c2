import { UnknownLayerError } from '@sts-net/model';
import { type LoadedModel, loadModel } from '../runs/load-model.ts';
import { UsageError } from './usage-error.ts';

/** As `loadModel`, with the cure that the command line has. */
export function loadForCli(path: string): Promise<LoadedModel> {
  return withCliCure(() => loadModel(path));
}

/** What loads networks, with the cure that the command line has for one of one's own. */
export async function withCliCure<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof UnknownLayerError)) throw error;
    throw new UsageError(
      `${error.subject} holds a network of one's own with a layer '${error.layer}', which only the program that trained it knows; use it from there, or let it write an .onnx file and name that`,
      { cause: error },
    );
  }
}
