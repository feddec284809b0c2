import { Command } from '@commander-js/extra-typings';
import { describe, expect, test } from 'vitest';
import { completionCommand, completionServer, completions } from '../../src/cli/completion.ts';

function program() {
  const own = new Command('sts-net').helpCommand(false);
  const grid = new Command('grid').description('many trainings').helpCommand(false);
  grid.addCommand(new Command('plan').argument('<grid>').option('--output <dir>', 'its folder'));
  grid.addCommand(new Command('run').argument('<dir>').option('--resume', 'goes on'));
  own.addCommand(grid);
  own.addCommand(new Command('predict').argument('<image>').option('--model <path...>', 'a run'));
  own.addCommand(completionCommand('sts-net'));
  own.addCommand(completionServer(own), { hidden: true });
  return own;
}

const names = (line: string) =>
  completions(program(), line.split(' ').slice(1))?.map(({ name }) => name);

describe('what a word may become', () => {
  test.each([
    ['sts-net ', ['grid', 'predict', 'completion']],
    ['sts-net gr', ['grid']],
    ['sts-net grid ', ['plan', 'run']],
    ['sts-net grid run --', ['--resume']],
    ['sts-net grid run --resume --', []],
    ['sts-net completion z', ['zsh']],
    ['sts-net predict --mo', ['--model']],
    // What may be given again is offered again.
    ['sts-net predict --model a --', ['--model']],
  ])('%j', (line, expected) => {
    expect(names(line)).toEqual(expected);
  });

  test.each([
    'sts-net predict ',
    'sts-net predict a',
    'sts-net predict --model ',
    'sts-net grid plan g',
  ])('%j is a file', (line) => {
    expect(names(line)).toBeUndefined();
  });

  test('comes with what it does', () => {
    expect(completions(program(), ['gr'])).toEqual([
      { name: 'grid', description: 'many trainings' },
    ]);
  });
});
