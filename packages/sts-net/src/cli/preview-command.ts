import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { previewFolder } from '../web/preview-folder.ts';
import { portNumber } from './arguments.ts';
import { aborted, interruptible } from './interruption.ts';
import { UsageError } from './usage-error.ts';

export function previewCommand(): CommandUnknownOpts {
  return new Command('preview')
    .argument('<folder>', 'that `export web` wrote')
    .option('--port <n>', 'to listen on; else 8000, 0 for any that is free', portNumber)
    .action(async (folder, { port = 8000 }) => {
      if (!existsSync(join(folder, 'index.html'))) {
        throw new UsageError(
          `there is no index.html in ${folder}; \`sts-net export web RUN ${folder}\` writes a page`,
        );
      }
      // Nothing is lost by ending it, which is how it ends.
      await interruptible('', async (signal) => {
        const preview = await previewFolder(folder, { port });
        process.stdout.write(`${preview.url} shows ${folder}; Ctrl+C ends it\n`);
        await aborted(signal);
        await preview.close();
      });
    });
}
