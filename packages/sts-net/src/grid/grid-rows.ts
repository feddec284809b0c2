import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '@sts-net/datasets/validation';
import { pairFields } from '@sts-net/experiment';
import type { ConfigChange } from '../config/config-changes.ts';
import type { GridFile } from './grid-schema.ts';
import { paperTables } from './paper-tables.ts';

/** One combination of values; its runs differ in seed and fold alone. */
export interface GridRow {
  readonly name: string;
  /** By the path of the field in the config. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What the paper prints for it, per cent, in the order of `paperScores`. */
  readonly paper?: readonly (number | null)[];
}

export interface GridRows {
  readonly rows: readonly GridRow[];
  /** The row that others are tested against. */
  readonly reference: number;
  readonly title: string;
  readonly notes: readonly string[];
}

/** What the fields that are varied most are called for short. */
const shortNames: Readonly<Record<string, string>> = {
  encoder: 'model.encoder',
  decoder: 'model.decoder',
  attention: 'model.attention',
  network: 'model.network',
  amplification: 'amplification.method',
  loss: 'training.loss',
  sampler: 'training.sampler',
  channels: 'preprocessing.channels',
};

/**
 * The rows of a grid file: those of its preset times all combinations of its axes, without what is
 * excluded, and what is included besides.
 *
 * @throws ConfigError if there is none, two are alike, or the reference is no row
 */
export function gridRows(file: GridFile): GridRows {
  const table = file.preset && paperTables[file.preset];
  let rows: GridRow[] = table
    ? table.rows.map(({ name, values, scores }) => ({ name, values: full(values), paper: scores }))
    : [{ name: '', values: {} }];
  for (const [axis, values] of Object.entries(file.axes)) {
    const path = fullName(axis);
    rows = rows.flatMap((row) =>
      values.map((value) => {
        const name = [row.name, labelOf(value)].filter((part) => part !== '').join(' · ');
        return { ...row, name, values: { ...row.values, [path]: value } };
      }),
    );
  }
  const excluded = file.exclude.map(full);
  rows = rows.filter((row) => !excluded.some((one) => holds(row, one)));
  if (table === undefined && Object.keys(file.axes).length === 0) rows = [];
  for (const values of file.include) {
    rows.push({ name: Object.values(values).map(labelOf).join(' · '), values: full(values) });
  }
  if (rows.length === 0) {
    throw new ConfigError(
      'the grid must have a row, but has none; give `axes`, `include` or a `preset`',
    );
  }
  for (const [i, row] of rows.entries()) {
    const twin = rows.findIndex(({ values }) => isDeepStrictEqual(values, row.values));
    if (twin < i) {
      throw new ConfigError(`rows must differ, but '${row.name}' occurs twice; take one away`);
    }
  }
  return {
    rows,
    reference: referenceOf(rows, file, table?.reference),
    title: table?.title ?? 'Ablation grid',
    notes: table?.notes ?? [],
  };
}

/**
 * The changes of the base that make a run of a row. A whole network takes the place of the base's pair and
 * all that only a pair has; an encoder or a decoder that of the base's whole network.
 */
export function changesOf(
  { values }: GridRow,
  seed: number | null,
  fold: number | null,
): readonly ConfigChange[] {
  return [
    ...replaced(values).map((path) => ({ path, value: undefined })),
    ...Object.entries(values).map(([path, value]) => ({ path, value })),
    ...(seed === null ? [] : [{ path: 'seed', value: seed }]),
    ...(fold === null
      ? []
      : [
          { path: 'data.split.fold', value: fold },
          { path: 'data.split.validation', value: [] },
        ]),
  ];
}

/** Fields of the base that the row's values leave no room for. */
function replaced(values: GridRow['values']): readonly string[] {
  if ('model.network' in values) return pairFields.map((field) => `model.${field}`);
  return 'model.encoder' in values || 'model.decoder' in values ? ['model.network'] : [];
}

function referenceOf(
  rows: readonly GridRow[],
  { reference, axes }: GridFile,
  ofTable: number | undefined,
): number {
  if (reference === undefined) return Object.keys(axes).length === 0 ? (ofTable ?? 0) : 0;
  const wanted = full(reference);
  const found = [...rows.keys()].filter((i) => holds(rows[i]!, wanted));
  if (found.length === 1) return found[0]!;
  throw new ConfigError(
    `reference: must fit one row, but ${JSON.stringify(reference)} fits ${found.length}; the rows are ${rows.map(({ name }) => `'${name}'`).join(', ')}`,
  );
}

const fullName = (name: string): string =>
  Object.hasOwn(shortNames, name) ? shortNames[name]! : name;

const full = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [fullName(name), value]));

const holds = ({ values }: GridRow, wanted: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(wanted).every(([path, value]) => isDeepStrictEqual(values[path], value));

/** What a value is called in tables. */
function labelOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'name' in value) return String(value.name);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
