import type { ArgsDef, CommandDef } from 'citty';

/** Defines a command, with the types of its arguments known to its `run`, as one like all others. */
export function command<const T extends ArgsDef>(definition: CommandDef<T>): CommandDef {
  return definition as unknown as CommandDef;
}
