import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';

/** One line for what the parser or a command throws. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof CommanderError)) return error.message;
  const [, subject = ''] = /'([^']*)'/.exec(error.message) ?? [];
  const [, nearest] = /Did you mean (.+)\?\)/.exec(error.message) ?? [];
  switch (error.code) {
    case 'commander.help':
      return 'a command is needed; see above';
    case 'commander.unknownOption':
      return `unknown option '${subject.split('=')[0]}'; ${nearest === undefined ? 'see --help' : `did you mean '${nearest}'?`}`;
    case 'commander.unknownCommand':
      return `unknown command '${subject}'; ${nearest === undefined ? 'see --help' : `did you mean '${nearest}'?`}`;
    case 'commander.optionMissingArgument':
      return needsValue(subject.split(/[ ,=]/)[0]!);
    case 'commander.missingArgument':
      return `${subject.toUpperCase()} is missing; see --help`;
    case 'commander.missingMandatoryOptionValue':
      return `option '${subject.split(' ')[0]}' is needed; see --help`;
    case 'commander.invalidArgument':
      return error.message
        .replace(
          /^error: .* value '(.*)' is invalid for argument '(.*)'\. Allowed choices are (.*)\.$/,
          (_, given, name, choices) =>
            `${name.toUpperCase()} must be one of ${choices}, got '${given}'`,
        )
        .replace(
          /^error: option '(--[\w-]+).*' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/,
          (_, option, given, choices) => `${option} must be one of ${choices}, got '${given}'`,
        );
    default:
      return error.message.replace(/^error: /, '').replaceAll('\n', '; ');
  }
}

/**
 * Packages name what can be chosen as their functions do, `acceptData`; here it is an option,
 * --accept-data.
 */
export function inOptions(message: string, command: CommandUnknownOpts | undefined): string {
  const options = new Map<string, string>();
  const collect = (one: CommandUnknownOpts): void => {
    for (const option of one.options) options.set(option.attributeName(), option.long!);
    for (const sub of one.commands) collect(sub);
  };
  if (command !== undefined) collect(command);
  // A field of the config, though an option may stand in for it.
  options.delete('seed');
  return message.replace(/`(\w+)`/g, (text, name: string) => options.get(name) ?? text);
}

/** What an option is refused with that came without its value. */
export function needsValue(option: string): string {
  return `option '${option}' needs a value; see --help`;
}
