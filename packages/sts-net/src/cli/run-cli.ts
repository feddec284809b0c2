import { readFileSync } from 'node:fs';
import { nearestName } from '@sts-net/datasets/validation';
import { type CommandDef, defineCommand, renderUsage, runCommand } from 'citty';
import { checkArguments } from './cli-args.ts';
import { Interrupted } from './interruption.ts';

type CommandTable = Readonly<Record<string, () => Promise<CommandDef>>>;

// Each command is loaded when it is called for, so that `--help` does not wait for TensorFlow.js.
const commands: CommandTable = {
  train: async () => (await import('./train-command.ts')).trainCommand,
  predict: async () => (await import('./predict-command.ts')).predictCommand,
  evaluate: async () => (await import('./evaluate-command.ts')).evaluateCommand,
  compare: async () => (await import('./compare-command.ts')).compareCommand,
  export: async () => (await import('./export-command.ts')).exportCommand,
  data: async () => (await import('./data-command.ts')).dataCommand,
  stats: async () => (await import('./stats-command.ts')).statsCommand,
  amplify: async () => (await import('./amplify-command.ts')).amplifyCommand,
  summary: async () => (await import('./summary-command.ts')).summaryCommand,
  models: async () => (await import('./models-command.ts')).modelsCommand,
  doctor: async () => (await import('./doctor-command.ts')).doctorCommand,
  demo: async () => (await import('./demo-command.ts')).demoCommand,
};

/**
 * The `sts-net` command. Prints results to stdout, one line about what went wrong to stderr.
 *
 * @param rawArguments as the shell gives them, without program and script
 * @returns the exit code: 0, 1 after an error, 130 when interrupted
 */
export async function runCli(rawArguments: readonly string[]): Promise<number> {
  try {
    await run(rawArguments);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`sts-net: ${message}\n`);
    if (process.env['STS_NET_STACK'] && error instanceof Error) {
      process.stderr.write(`${error.stack}\n`);
    }
    return error instanceof Interrupted ? 130 : 1;
  }
}

async function run(rawArguments: readonly string[]): Promise<void> {
  if (rawArguments[0] === '--version') {
    process.stdout.write(`${version()}\n`);
    return;
  }
  await dispatch(commands, overview, 'sts-net', rawArguments);
}

/**
 * Runs one of several commands.
 *
 * @param list the command that has them as subcommands, for help
 * @param program what is typed before the command's name
 */
async function dispatch(
  table: CommandTable,
  list: () => Promise<CommandDef>,
  program: string,
  [name, ...rest]: readonly string[],
): Promise<void> {
  const parent = (): CommandDef => defineCommand({ meta: { name: program } });
  if (name === undefined || isHelp(name)) {
    process.stdout.write(`${await renderUsage(await list())}\n`);
    if (name === undefined) throw new RangeError('a command is needed; see above');
    return;
  }
  const load = Object.hasOwn(table, name) ? table[name] : undefined;
  if (load === undefined) {
    const known = Object.keys(table);
    const nearest = nearestName(name, known);
    throw new RangeError(
      `unknown command '${name}'; ${nearest === undefined ? `there are ${known.join(', ')}` : `did you mean '${nearest}'?`}`,
    );
  }
  const command = await load();
  if (command.subCommands !== undefined) {
    const own = command.subCommands as CommandTable;
    const named = defineCommand({
      ...command,
      meta: { ...command.meta, name: `${program} ${name}` },
    });
    await dispatch(own, async () => named, `${program} ${name}`, rest);
    return;
  }
  if (rest.some(isHelp)) {
    process.stdout.write(`${await renderUsage(command, parent())}\n`);
    return;
  }
  const definitions = command.args;
  checkArguments(
    rest,
    (await (typeof definitions === 'function' ? definitions() : definitions)) ?? {},
  );
  await runCommand(command, { rawArgs: [...rest] });
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

async function overview(): Promise<CommandDef> {
  const entries = Object.entries(commands).map(
    async ([name, load]) => [name, await load()] as const,
  );
  return defineCommand({
    meta: {
      name: 'sts-net',
      description: 'finds very small targets in medical images',
      version: version(),
    },
    subCommands: Object.fromEntries(await Promise.all(entries)),
  });
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
