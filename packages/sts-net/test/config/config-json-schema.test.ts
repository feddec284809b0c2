import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/config-json-schema.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { configFor } from '../make-data.ts';

const published = JSON.parse(
  readFileSync(new URL('../../config.schema.json', import.meta.url), 'utf8'),
);

it('the published schema is the one that configs are checked with (node tools/schema/build.mjs)', () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

it('knows what is needed, what has a default, and what each field means', () => {
  expect(published.required).toEqual(['model', 'data', 'training', 'output']);
  expect(published.properties.seed).toMatchObject({ type: 'integer', default: 2021 });
  expect(published.properties.model.properties.encoder.enum).toContain('resnext50_32x4d');
  const { preprocessing } = published.properties;
  expect(preprocessing.properties.context.description).toContain('channels');
  expect(published.additionalProperties).toBe(false);
});

it('a config may name its schema, which is no part of it', () => {
  const config = { ...configFor(), $schema: './node_modules/sts-net/config.schema.json' };
  expect(validateConfig(config)).toEqual(validateConfig(configFor()));
});
