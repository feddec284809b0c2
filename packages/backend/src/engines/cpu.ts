import type { BackendProbe } from './backend-probe.ts';
import type { Engine } from './engine.ts';

/** Plain JavaScript: always there, and too slow for more than small tests. */
export const cpuEngine: Engine = { name: 'cpu', probe };

async function probe(): Promise<BackendProbe> {
  // Imported when it is asked for, since most programs take another engine.
  const { version_cpu } = await import('@tensorflow/tfjs-backend-cpu');
  return {
    name: 'cpu',
    available: true,
    version: version_cpu,
    device: 'cpu',
    gpu: false,
    threads: 1,
    reason: 'plain JavaScript, for small tests only',
    remedy: '',
  };
}
