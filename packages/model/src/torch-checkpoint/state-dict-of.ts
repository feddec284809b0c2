import { damaged } from './refused.ts';
import { TensorView } from './tensor-view.ts';

/**
 * Where training scripts put the weights, beside an optimizer and counters: weights as they were
 * trained before their moving averages.
 */
const usualNames = [
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'network_weights',
  'network',
  'net',
  'weights',
  'ema_state_dict',
  'model_ema',
  'ema',
] as const;
const deepest = 4;

/**
 * The weights in what a checkpoint holds: the dictionary itself, if it has tensors; else the one
 * under `state_dict`, `model` or another usual name, whichever comes first in their list, and so on.
 * Entries that are no tensors are left out.
 *
 * @param name what errors call the file
 * @throws RangeError naming what is there, if there are no weights
 */
export function stateDictOf(name: string, value: unknown): Map<string, TensorView> {
  let found = value;
  for (let depth = 0; depth < deepest && found instanceof Map; depth++) {
    const dictionary: Map<unknown, unknown> = found;
    const tensors = [...dictionary].filter(
      (entry): entry is [string, TensorView] =>
        entry[1] instanceof TensorView && typeof entry[0] === 'string',
    );
    if (tensors.length > 0) return new Map(tensors);
    const next = usualNames.find((key) => dictionary.get(key) instanceof Map);
    if (next === undefined) break;
    found = dictionary.get(next);
  }
  const names = value instanceof Map ? [...value.keys()].slice(0, 8).map(String) : [];
  throw damaged(
    name,
    `tensors by name, itself or under one of ${usualNames.map((key) => `'${key}'`).join(', ')}`,
    value instanceof Map
      ? `a dictionary with ${names.length === 0 ? 'nothing' : names.map((key) => `'${key}'`).join(', ')}`
      : 'no dictionary',
  );
}
