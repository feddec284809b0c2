// Writes packages/sts-net/config.schema.json. Usage: npm run build && node tools/schema/build.mjs
import { writeFileSync } from 'node:fs';
import { configJsonSchema } from '../../packages/sts-net/dist/config/config-json-schema.js';

const path = new URL('../../packages/sts-net/config.schema.json', import.meta.url);
writeFileSync(path, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
