import {
  type ModelDescription,
  type ModelFile,
  modelFormat,
  type WeightsDescription,
} from './model-description.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What is said of a model, from JSON.
 *
 * @param subject what errors call it, for example its address
 * @throws RangeError naming the field that is missing or wrong
 */
export function parseDescription(value: unknown, subject: string): ModelDescription {
  const must = requirements(subject);
  const fields = must.objectAt(value, '');
  const network = must.objectAt(fields['network'], 'network');
  const preprocessing = must.objectAt(fields['preprocessing'], 'preprocessing');
  const classes = fields['classes'];
  const isClass = (one: unknown) => isObject(one) && typeof one['name'] === 'string';
  must.be(
    Array.isArray(classes) && classes.length >= 2 && classes.every(isClass),
    'classes',
    'a list of two names at least, the background first',
    classes,
  );
  const count = (classes as unknown[]).length;
  must.be(
    Math.max(2, Number(network['classes'])) === count,
    'network.classes',
    `${count}, as many as \`classes\``,
    network['classes'],
  );
  const { threshold, smallestLesion, temperature } = fields;
  for (const [field, numbers, most] of [
    ['threshold', threshold, 1],
    ['smallestLesion', smallestLesion, Number.POSITIVE_INFINITY],
  ] as const) {
    const isRight =
      numbers === undefined ||
      (Array.isArray(numbers) &&
        numbers.length === count - 1 &&
        numbers.every((one) => typeof one === 'number' && one >= 0 && one <= most));
    const range = most === 1 ? '0 to 1' : '0 on';
    must.be(isRight, field, `${count - 1} numbers from ${range}, or left out`, numbers);
  }
  must.be(
    temperature === undefined || (typeof temperature === 'number' && temperature > 0),
    'temperature',
    'a positive number, or left out',
    temperature,
  );
  return {
    network,
    preprocessing,
    classes,
    ...(threshold !== undefined && { threshold }),
    ...(smallestLesion !== undefined && { smallestLesion }),
    ...(temperature !== undefined && { temperature }),
  } as unknown as ModelDescription;
}

/** What `model.json` says; throws as `parseDescription` does. */
export function parseModelFile(value: unknown, subject: string): ModelFile {
  const must = requirements(subject);
  const fields = must.objectAt(value, '');
  must.be(
    fields['format'] === modelFormat,
    'format',
    `'${modelFormat}', as \`sts-net export web\` writes it`,
    fields['format'],
  );
  const weights = must.objectAt(fields['weights'], 'weights');
  const { file, bytes, sha256 } = weights;
  // No path: a description must not lead to other folders or hosts.
  const isName = typeof file === 'string' && /^[\w-][\w.-]*$/.test(file);
  must.be(isName, 'weights.file', 'the name of a file beside it', file);
  must.be(Number.isSafeInteger(bytes) && Number(bytes) > 0, 'weights.bytes', 'its length', bytes);
  const isDigest = typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
  must.be(isDigest, 'weights.sha256', '64 hexadecimal digits', sha256);
  const { wasm } = fields;
  const isFolder = wasm === undefined || (typeof wasm === 'string' && /^[\w-]+\/$/.test(wasm));
  must.be(isFolder, 'wasm', 'the name of a folder beside it with / at its end, or left out', wasm);
  return {
    format: modelFormat,
    ...parseDescription(value, subject),
    weights: { file, bytes, sha256 } as WeightsDescription,
    ...(wasm !== undefined && { wasm: wasm as string }),
  };
}

/** JSON in text. @throws RangeError naming the subject, if it is none */
export function parseJson(text: string, subject: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = /^\s*</.test(text) ? 'a page' : `${JSON.stringify(text.slice(0, 40))} …`;
    throw new RangeError(
      `${subject} must be the JSON of a model, as \`sts-net export web\` writes it, but is ${what}; check the address`,
      { cause },
    );
  }
}

function requirements(subject: string) {
  const be = (isRight: boolean, field: string, requirement: string, got: unknown): void => {
    if (isRight) return;
    const what = field === '' ? '' : `: \`${field}\``;
    throw new RangeError(
      `${subject}${what} must be ${requirement}, got ${JSON.stringify(got)?.slice(0, 80)}; export the model again`,
    );
  };
  return {
    be,
    objectAt(value: unknown, field: string): Fields {
      be(isObject(value), field, 'an object', value);
      return value as Fields;
    },
  };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
