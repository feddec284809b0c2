import { validateWith } from '@sts-net/datasets/validation';
import { describe, expect, test } from 'vitest';
import { withChanges } from '../../src/config/config-changes.ts';
import { changesOf, gridRows } from '../../src/grid/grid-rows.ts';
import { gridSchema } from '../../src/grid/grid-schema.ts';
import { paperTables, tableNames } from '../../src/grid/paper-tables.ts';

const rowsOf = (file: object) =>
  gridRows(validateWith(gridSchema, { base: 'config.json', ...file }, 'grid.json'));

describe('rows of a grid', () => {
  test('are all combinations of the axes, without what is excluded, and what is included', () => {
    const { rows, reference } = rowsOf({
      axes: {
        encoder: ['resnet50', 'dpn68'],
        'training.loss': ['focal', { name: 'tversky', alpha: 0.3 }],
      },
      exclude: [{ encoder: 'dpn68', loss: 'focal' }],
      include: [{ attention: 'se' }],
    });
    expect(rows.map(({ name }) => name)).toEqual([
      'resnet50 · focal',
      'resnet50 · tversky',
      'dpn68 · tversky',
      'se',
    ]);
    expect(rows[1]!.values).toEqual({
      'model.encoder': 'resnet50',
      'training.loss': { name: 'tversky', alpha: 0.3 },
    });
    expect(rows[3]!.values).toEqual({ 'model.attention': 'se' });
    expect(reference).toBe(0);
  });

  test('the reference is the row that has its values', () => {
    const axes = { encoder: ['resnet50', 'dpn68'] };
    expect(rowsOf({ axes, reference: { encoder: 'dpn68' } }).reference).toBe(1);
    expect(() => rowsOf({ axes, reference: { encoder: 'vgg' } })).toThrow(
      /reference: must fit one row.*fits 0; the rows are 'resnet50', 'dpn68'/,
    );
    expect(() => rowsOf({ axes, reference: {} })).toThrow(/fits 2/);
  });

  test('none, or two alike, are an error', () => {
    expect(() => rowsOf({})).toThrow(/must have a row/);
    expect(() => rowsOf({ axes: { encoder: ['dpn68', 'dpn68'] } })).toThrow(
      /rows must differ, but 'dpn68' occurs twice/,
    );
    expect(() => rowsOf({ axes: { encoder: [] } })).toThrow(/axes/);
    expect(() => rowsOf({ axis: {} })).toThrow(/axes/);
  });

  test('of a table of the paper go with further axes', () => {
    const { rows, reference, title } = rowsOf({ preset: 'table8' });
    expect(rows.map(({ name }) => name)).toEqual([
      'backbone',
      '+ amplification',
      '+ ESCA',
      '+ amplification + ESCA',
    ]);
    expect([reference, title]).toEqual([0, 'Table 8: components']);
    expect(rows[1]!.values).toEqual({
      'model.encoder': 'resnext50_32x4d',
      'model.decoder': 'deeplabv3',
      'model.attention': 'none',
      'amplification.method': 4,
    });
    expect(rowsOf({ preset: 'table8', axes: { loss: ['focal', 'dice'] } }).rows).toHaveLength(8);
  });

  test('each of the five tables has a number for every score, or none', () => {
    for (const name of tableNames) {
      const { rows, reference } = paperTables[name];
      expect(rows[reference]).toBeDefined();
      for (const { scores } of rows) expect(scores).toHaveLength(5);
    }
    // The paper's own claim for its network, in four tables.
    for (const name of ['table6', 'table7', 'table8', 'table9'] as const) {
      expect(paperTables[name].rows.at(-1)!.scores[0]).toBe(82.13);
    }
  });
});

test('a run is the base with the row’s values, its seed and its fold', () => {
  const row = { name: 'x', values: { 'training.loss': 'focal' } };
  expect(changesOf(row, 3, 1)).toEqual([
    { path: 'training.loss', value: 'focal' },
    { path: 'seed', value: 3 },
    { path: 'data.split.fold', value: 1 },
    { path: 'data.split.validation', value: [] },
  ]);
  expect(changesOf(row, null, null)).toHaveLength(1);
});

describe('a whole network and a pair', () => {
  const pair = { encoder: 'resnet50', decoder: 'unet', attention: 'esca', classes: 3 };
  const modelOf = (base: object, values: Record<string, unknown>) => {
    const [row] = rowsOf({ include: [values] }).rows;
    return withChanges({ model: base }, changesOf(row!, null, null));
  };

  test('take one another’s place in the base, with all that only one has', () => {
    expect(modelOf(pair, { network: 'm2snet' })).toEqual({
      model: { network: 'm2snet', classes: 3 },
    });
    const whole = { network: { name: 'denseaspp121', dropout: 0 }, classes: 3 };
    expect(modelOf(whole, { network: 'm2snet' })).toEqual({
      model: { network: 'm2snet', classes: 3 },
    });
    const { encoder, decoder } = pair;
    expect(modelOf(whole, { encoder, decoder })).toEqual({
      model: { encoder, decoder, classes: 3 },
    });
    expect(modelOf(pair, { encoder: 'dpn68' })).toEqual({ model: { ...pair, encoder: 'dpn68' } });
  });

  test('of one row stay both, for the config to refuse', () => {
    expect(modelOf(pair, { network: 'm2snet', attention: 'se' })).toEqual({
      model: { network: 'm2snet', attention: 'se', classes: 3 },
    });
  });
});
