import { expect, test } from 'vitest';
import { programFor } from '../../packages/sts-net/src/cli/run-cli.ts';
import { blocksOf, pages } from './pages.ts';

// Most commands of pages need data that are not here, so they are not run; but each is one that the command line
// takes, with options that there are.

const commands = pages.flatMap((page) =>
  ['sh', 'sh dry', 'console']
    .flatMap((language) => blocksOf(page, language))
    .flatMap((block) => block.replaceAll('\\\n', ' ').split(/\n|&&/))
    .filter((line) => /^\s*npx sts-net /.test(line))
    .map((line) => ({ page, line: line.trim() })),
);

test('pages have commands', () => expect(commands.length).toBeGreaterThan(60));

test.each(commands)('$page: $line', async ({ line }) => {
  const [, , ...words] = wordsOf(line);
  const program = await programFor(words[0]);
  let called = false;
  const idle = (command: typeof program): void => {
    if (command.commands.length === 0) {
      command.action(() => {
        called = true;
      });
    }
    for (const one of command.commands) idle(one);
  };
  idle(program);
  await program.parseAsync(words, { from: 'user' });
  expect(called).toBe(true);
});

test('JSON of pages is JSON', () => {
  const texts = pages.flatMap((page) => blocksOf(page, 'json'));
  expect(texts.length).toBeGreaterThan(5);
  for (const text of texts) JSON.parse(text);
});

test('options that are not there are refused', async () => {
  const program = await programFor('doctor');
  await expect(program.parseAsync(['doctor', '--jsonn'], { from: 'user' })).rejects.toThrow(
    '--jsonn',
  );
});

/** Words of a line as a shell makes them, up to a comment, a pipe or a redirection. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    if (/^[#|>&]/.test(word)) break;
    words.push(word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  }
  return words;
}
