// Writes the JSON Schemas of packages/sts-net. Usage: npm run build && node tools/schema/build.mjs
import { writeFileSync } from 'node:fs';
import { configJsonSchema } from '../../packages/sts-net/dist/config/config-json-schema.js';
import { gridJsonSchema } from '../../packages/sts-net/dist/grid/grid-json-schema.js';

const schemas = { config: configJsonSchema(), grid: gridJsonSchema() };
for (const [name, schema] of Object.entries(schemas)) {
  const path = new URL(`../../packages/sts-net/${name}.schema.json`, import.meta.url);
  writeFileSync(path, `${JSON.stringify(schema, null, 2)}\n`);
}
