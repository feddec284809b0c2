import type { BackendInfo } from '@sts-net/backend';

/** Says something on stderr that is no error, in one line. */
export function sayNote(text: string): void {
  process.stderr.write(`note: ${text}\n`);
}

/** Says how to have a better engine that everybody can have, where it is missing. */
export function sayAdvice({ name, advice }: Pick<BackendInfo, 'name' | 'advice'>): void {
  if (advice !== '') sayNote(`computing on ${name}; ${advice}`);
}
