import {
  Command,
  CommanderError,
  type CommandUnknownOpts,
  Option,
} from '@commander-js/extra-typings';
import { nearestName } from '@sts-net/datasets/validation';
import { packageVersion } from '../program/package-version.ts';
import { inOptions, messageOf, needsValue } from './error-message.ts';
import { addExamples } from './examples.ts';
import { exitCodeOf } from './exit-code.ts';
import { progressModes, say } from './say.ts';
import { UsageError } from './usage-error.ts';

interface CommandEntry {
  readonly description: string;
  /** Loads the command when it is called for, so that no other waits for what it needs. */
  readonly load: (program: CommandUnknownOpts) => Promise<CommandUnknownOpts>;
  /** Whether it is for programs, not for people. @default false */
  readonly hidden?: boolean;
}

const commands: Readonly<Record<string, CommandEntry>> = {
  init: {
    description: 'ask a few questions and write a config that trains',
    load: async () => (await import('./init-command.ts')).initCommand(),
  },
  plan: {
    description: 'look at a data set and write a config for it, with reasons',
    load: async () => (await import('./plan-command.ts')).planCommand(),
  },
  train: {
    description: 'train a network; resume a training',
    load: async () => (await import('./train-command.ts')).trainCommand(),
  },
  tune: {
    description: 'choose the threshold and the smallest lesion of a run on its validation split',
    load: async () => (await import('./tune-command.ts')).tuneCommand(),
  },
  predict: {
    description: 'find the targets in a volume or a 2-D image',
    load: async () => (await import('./predict-command.ts')).predictCommand(),
  },
  serve: {
    description: 'keep a network loaded and answer images over HTTP',
    load: async () => (await import('./serve-command.ts')).serveCommand(),
  },
  evaluate: {
    description: 'score a trained network, or a label volume',
    load: async () => (await import('./evaluate-command.ts')).evaluateCommand(),
  },
  report: {
    description: 'the page of a run: curves, scores and pictures of lesions',
    load: async () => (await import('./report-command.ts')).reportCommand(),
  },
  compare: {
    description: 'two methods on the same cases, with intervals and p-values',
    load: async () => (await import('./compare-command.ts')).compareCommand(),
  },
  grid: {
    description: 'plan, run and compare many trainings, here or on a cluster',
    load: async () => (await import('./grid-command.ts')).gridCommand(),
  },
  export: {
    description: 'write a trained network as an ONNX file, or as a page',
    load: async () => (await import('./export-command.ts')).exportCommand(),
  },
  preview: {
    description: 'show a page that was exported, in a browser on this machine',
    load: async () => (await import('./preview-command.ts')).previewCommand(),
  },
  data: {
    description: 'prepare, split, check and describe a data set',
    load: async () => (await import('./data-command.ts')).dataCommand(),
  },
  stats: {
    description: 'sizes of lesions, splits and network of a config',
    load: async () => (await import('./stats-command.ts')).statsCommand(),
  },
  amplify: {
    description: 'write the amplified training samples of a config',
    load: async () => (await import('./amplify-command.ts')).amplifyCommand(),
  },
  summary: {
    description: 'layers, sizes and costs of any network',
    load: async () => (await import('./summary-command.ts')).summaryCommand(),
  },
  models: {
    description: 'all encoders, decoders and attentions, with their costs',
    load: async () => (await import('./models-command.ts')).modelsCommand(),
  },
  doctor: {
    description: 'which engines are there, which are missing, how to get them',
    load: async () => (await import('./doctor-command.ts')).doctorCommand(),
  },
  demo: {
    description: 'train on real lesions that come with the package and report what was found',
    load: async () => (await import('./demo-command.ts')).demoCommand(),
  },
};

/** What completes command lines: what prints the script, and what that calls with all commands at hand. */
const completion: Readonly<Record<string, CommandEntry>> = {
  completion: {
    description: 'print a script by which your shell completes commands and options',
    load: async (program) => (await import('./completion.ts')).completionCommand(program.name()),
  },
  'completion-server': {
    description: '',
    hidden: true,
    load: async (program) => (await import('./completion.ts')).completionServer(program),
  },
};

/**
 * The `sts-net` command. Prints results to stdout, one line about what went wrong to stderr.
 *
 * @param rawArguments as the shell gives them, without program and script
 * @returns the exit code, one of `exitCodes`
 */
export async function runCli(rawArguments: readonly string[]): Promise<number> {
  let program: CommandUnknownOpts | undefined;
  try {
    program = await programFor(commandOf(rawArguments));
    await program.parseAsync(rawArguments, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    say('error', inOptions(messageOf(error), program));
    if (process.env['STS_NET_STACK'] && error instanceof Error) {
      process.stderr.write(`${error.stack}\n`);
    }
    return exitCodeOf(error);
  }
}

/** The first argument that is no option of the program itself, `--progress` with its value. */
function commandOf(rawArguments: readonly string[]): string | undefined {
  return rawArguments.find(
    (one, i) => !one.startsWith('-') && rawArguments[i - 1] !== '--progress',
  );
}

/** The program with the command that is called for; the others are there for its help only. */
export async function programFor(name: string | undefined): Promise<CommandUnknownOpts> {
  const program = new Command('sts-net')
    .description('finds very small targets in medical images')
    .version(packageVersion(), '--version', 'print the version')
    .addOption(
      new Option(
        '--progress <how>',
        'on the standard error output: a line written over on a terminal, else one a minute; everything as a line of JSON each; or none',
      )
        .choices(progressModes)
        .default('auto' as const)
        .env('STS_NET_PROGRESS'),
    )
    .hook('preAction', (own) => {
      // Processes that the command starts are told alike.
      process.env['STS_NET_PROGRESS'] = own.opts().progress;
    })
    .helpCommand(false);
  const entries = Object.entries({ ...commands, ...completion });
  const isKnown = entries.some(([own]) => own === name);
  if (name !== undefined && !isKnown)
    throw new UsageError(unknownCommand(name, Object.keys(commands)));
  const needsAll = name === 'completion-server';
  for (const [own, { description, load, hidden = false }] of entries) {
    const isLoaded = own === name || needsAll;
    const command = isLoaded ? await load(program) : new Command(own).usage('[options]');
    program.addCommand(command.description(description), { hidden });
    addExamples(command);
  }
  return strict(program);
}

function unknownCommand(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return `unknown command '${name}'; ${nearest === undefined ? `there are ${known.join(', ')}` : `did you mean '${nearest}'?`}`;
}

/** Lets errors be thrown instead of printed and ended with, here and in subcommands. */
function strict(command: CommandUnknownOpts): CommandUnknownOpts {
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void process.stdout.write(text),
      writeErr: (text) => void process.stdout.write(text),
      outputError: () => {},
    })
    .configureHelp({ showGlobalOptions: true });
  for (const sub of command.commands) strict(sub);
  // An option's value is missing where the next argument is an option.
  for (const option of command.options) {
    if (!option.required) continue;
    const parse = option.parseArg;
    option.argParser((text: string, previous: unknown) => {
      if (text.startsWith('--')) throw new UsageError(needsValue(`--${option.name()}`));
      return parse === undefined ? text : parse(text, previous as never);
    });
  }
  return command;
}
