#!/usr/bin/env node
import { exitCodes } from './cli/exit-code.ts';
import { runCli } from './cli/run-cli.ts';
import { say } from './cli/say.ts';

// Whoever reads may stop before the end, as `head` does: there is nobody left to print results for.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    say('error', `cannot write to the standard output: ${error.message}; write it elsewhere`);
    process.exit(exitCodes.failed);
  }
  process.exit();
});
// Work goes on that only had its progress read, or kept on a disk that is full.
process.stderr.on('error', () => {});

process.exitCode = await runCli(process.argv.slice(2));
