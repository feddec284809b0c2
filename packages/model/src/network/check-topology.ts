/** A call of a layer: of each tensor that it takes the layer, its how-manieth call, and which of its outputs. */
type Call = readonly (readonly unknown[])[];

interface LayerEntry {
  readonly name: unknown;
  readonly config: unknown;
  readonly className: unknown;
  readonly inboundNodes: readonly Call[];
}

/**
 * Looks at what TensorFlow.js takes for granted of a network's layers, in it and in networks within it: where a
 * layer takes what none gives, or layers wait for one another, it would search for ever.
 *
 * @param topology TensorFlow.js's JSON of layers
 * @throws RangeError naming the layer
 */
export function checkTopology(topology: unknown): void {
  if (!isObject(topology)) return;
  const { layers } = inCamelCase(topology);
  if (Array.isArray(layers)) {
    const entries = layers.map((layer) => (isObject(layer) ? inCamelCase(layer) : {}));
    // Those of a `Sequential` follow one another.
    if (entries.some((layer) => 'inboundNodes' in layer)) checkLayers(entries.map(asEntry));
  }
  for (const inside of Object.values(topology)) checkTopology(inside);
}

function checkLayers(layers: readonly LayerEntry[]): void {
  /** How often a layer was called so far: an input and a network within this one are so from the start. */
  const calls = new Map<unknown, number>();
  for (const { name, config, className } of layers) {
    const own = isObject(config) ? inCamelCase(config) : {};
    if (calls.has(name) || own['name'] !== name) {
      throw new RangeError(
        `layers must have names of their own, got '${String(name)}' and '${String(own['name'])}'`,
      );
    }
    const isCalled = camelCase(String(className)) === 'InputLayer' || Array.isArray(own['layers']);
    calls.set(name, isCalled ? 1 : 0);
  }
  let waiting = layers.flatMap(({ name, inboundNodes }) =>
    inboundNodes.filter((call) => call.length > 0).map((call) => ({ name, call })),
  );
  while (waiting.length > 0) {
    const left = waiting.filter(({ name, call }) => {
      const isReady = call.every(([layer, index]) => Number(index) < (calls.get(layer) ?? 0));
      if (isReady) calls.set(name, calls.get(name)! + 1);
      return !isReady;
    });
    if (left.length === waiting.length) {
      const { name, call } = left[0]!;
      throw new RangeError(
        `layer '${String(name)}' must take what layers before it give, but takes ${JSON.stringify(call).slice(0, 100)}`,
      );
    }
    waiting = left;
  }
}

function asEntry(layer: Record<string, unknown>): LayerEntry {
  const { name, config, className, inboundNodes } = layer;
  const isCall = (call: unknown): call is Call => Array.isArray(call) && call.every(Array.isArray);
  if (!Array.isArray(inboundNodes) || !inboundNodes.every(isCall)) {
    throw new RangeError(
      `layer '${String(name)}' must say which layers it takes as lists in a list`,
    );
  }
  return { name, config, className, inboundNodes };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** With its keys as TensorFlow.js reads them, of which the last counts. */
function inCamelCase(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [camelCase(key), inside]));
}

function camelCase(text: string): string {
  return text.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase());
}
