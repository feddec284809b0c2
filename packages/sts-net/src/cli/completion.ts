import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { getCompletionScript, getShellFromEnv, log, logFiles, parseEnv } from '@pnpm/tabtab';

const shells = ['bash', 'zsh', 'fish', 'pwsh'] as const;

/** `completion SHELL`, which prints a script by which a shell completes the commands and options of a program. */
export function completionCommand(name: string): CommandUnknownOpts {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .addHelpText('after', `\nbash: add to ~/.bashrc\n  source <(${name} completion bash)`)
    .action(async (shell) => {
      process.stdout.write(await getCompletionScript({ name, completer: name, shell }));
    });
}

/**
 * What that script calls.
 *
 * @param program which has all of its commands when this is run
 */
export function completionServer(program: CommandUnknownOpts): CommandUnknownOpts {
  return new Command('completion-server').allowExcessArguments().action(() => {
    const shell = getShellFromEnv(process.env);
    const { partial } = parseEnv(process.env);
    const found = completions(program, partial.split(' ').slice(1));
    if (found !== undefined) log([...found], shell);
    // Bash looks for files by itself where nothing is said.
    else if (shell !== 'bash') logFiles();
  });
}

interface Completion {
  readonly name: string;
  readonly description: string;
}

/**
 * What the last word may become; undefined where it is a file.
 *
 * @param words of the line, without the program
 */
export function completions(
  program: CommandUnknownOpts,
  words: readonly string[],
): readonly Completion[] | undefined {
  const before = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  let command = program;
  for (const word of before) {
    command = command.commands.find((one) => one.name() === word) ?? command;
  }
  const beginning = (all: readonly Completion[]) => all.filter(({ name }) => name.startsWith(last));
  const given = command.options.find(({ long }) => long === before.at(-1));
  if (given !== undefined && (given.required || given.optional)) {
    return (
      given.argChoices && beginning(given.argChoices.map((name) => ({ name, description: '' })))
    );
  }
  if (last.startsWith('-')) {
    const options = command.options.filter(({ long, hidden }) => long && !hidden);
    return beginning(
      options
        .filter(({ long, variadic }) => variadic || !before.includes(long!))
        .map(({ long, description }) => ({ name: long!, description })),
    );
  }
  const { argChoices } = command.registeredArguments[0] ?? {};
  if (argChoices) return beginning(argChoices.map((name) => ({ name, description: '' })));
  if (command.commands.length === 0) return undefined;
  const visible = command.createHelp().visibleCommands(command);
  return beginning(visible.map((one) => ({ name: one.name(), description: one.description() })));
}
