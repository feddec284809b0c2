import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform } from 'node:os';

/** What ratios of times depend on. */
export function machine() {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    instructionSets: instructionSets().join(' '),
    system: `${platform()} ${arch()}`,
  };
}

/** What a folder of results is called: ratios are others where vectors are. */
export function vectors() {
  const sets = instructionSets();
  if (sets.some((set) => set.startsWith('avx512'))) return 'avx512';
  return sets.includes('avx2') ? 'avx2' : 'other';
}

/** Names of vector instructions, as Linux lists them; none where the system does not say. */
function instructionSets() {
  try {
    const [, flags] = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return flags
      .trim()
      .split(' ')
      .filter((flag) => /^(?:avx|fma|f16c|amx|asimd|sve)/.test(flag));
  } catch {
    return [];
  }
}
