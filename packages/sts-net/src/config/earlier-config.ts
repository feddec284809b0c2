/** The fields of preprocessing, which earlier configs had among those of the data. */
const moved = ['axis', 'context', 'edge', 'size', 'normalization'];

/**
 * A config or a description of weights as it is written now, from one that an earlier version left with
 * its weights, so that these predict as they were trained. Others stay as they are.
 */
export function currentForm(stored: unknown): unknown {
  if (!isObject(stored)) return stored;
  const { data, preprocessing, ...rest } = stored;
  if (isObject(preprocessing)) return { ...stored, preprocessing: renamed(preprocessing) };
  if (!isObject(data)) return stored;
  const own = Object.entries(data);
  return {
    ...rest,
    data: Object.fromEntries(own.filter(([key]) => !moved.includes(key))),
    preprocessing: renamed(Object.fromEntries(own.filter(([key]) => moved.includes(key)))),
  };
}

/** The only z-score that there was leaves out zeros. */
function renamed(preprocessing: Readonly<Record<string, unknown>>): unknown {
  const { normalization } = preprocessing;
  const isEarlier = isObject(normalization) && normalization['name'] === 'z-score';
  return isEarlier ? { ...preprocessing, normalization: { name: 'nonzero' } } : preprocessing;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
