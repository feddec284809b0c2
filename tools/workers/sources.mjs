// Lets a process import TypeScript, and the sources of this repository's packages:
// `node --import ./tools/workers/sources.mjs`.
import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);
