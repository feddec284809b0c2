// Lets worker threads of the tests import TypeScript, and the sources of this repository's packages:
// `node --import ./tools/workers/register.mjs`.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) register('./hooks.mjs', import.meta.url);
