import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { expect, test } from 'vitest';
import { examples } from '../../src/cli/examples.ts';
import { programFor } from '../../src/cli/run-cli.ts';
import { cli } from './run.ts';

/** The commands that do something, by their words. */
function leaves(command: CommandUnknownOpts, words: readonly string[] = []): string[] {
  const visible = command.createHelp().visibleCommands(command);
  if (visible.length === 0) return [words.join(' ')];
  return visible.flatMap((sub) => leaves(sub, [...words, sub.name()]));
}

/** All commands, none of which does anything. */
async function idle(): Promise<CommandUnknownOpts> {
  const program = await programFor('completion-server');
  const still = (command: CommandUnknownOpts): void => {
    if (command.commands.length === 0) command.action(() => {});
    for (const sub of command.commands) still(sub);
  };
  still(program);
  return program;
}

test('every command has one', async () => {
  expect(Object.keys(examples).sort()).toEqual(leaves(await idle()).sort());
});

const lines = Object.values(examples).flat();

test.each(lines)('%s is understood', async (line) => {
  const words = line
    .replace(/ >>? \S+$/, '')
    .match(/'[^']*'|\S+/g)!
    .map((word) => word.replaceAll("'", ''));
  expect(words[0]).toBe('sts-net');
  await (await idle()).parseAsync(words.slice(1), { from: 'user' });
});

test('help shows them', async () => {
  const { stdout } = await cli('data', 'split', '--help');
  expect(stdout).toContain('Example:\n  sts-net data split busi/manifest.jsonl');
});
