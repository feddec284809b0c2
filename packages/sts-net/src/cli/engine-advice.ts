import type { BackendInfo } from '@sts-net/backend';
import { say } from './say.ts';

/** Says on stderr, in one line, how to have a better engine that everybody can have, where it is missing. */
export function sayAdvice({ name, advice }: Pick<BackendInfo, 'name' | 'advice'>): void {
  if (advice !== '') say('note', `computing on ${name}; ${advice}`);
}
