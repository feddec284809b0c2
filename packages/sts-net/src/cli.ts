#!/usr/bin/env node
import { runCli } from './cli/run-cli.ts';

// Whoever reads may stop before the end, as `head` does: there is nobody left to print results for, while
// work goes on that only had its progress read.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCli(process.argv.slice(2));
