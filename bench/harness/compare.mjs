// Compares tools that do the same tasks. Each process lives as long as the comparison and does a task when a
// line on its standard input says so; the tools take turns, so that what else runs on the machine touches all
// alike, and what counts is the median of the ratios of turns that follow one another.
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { machine, vectors } from './machine.mjs';
import { openProcess } from './process.mjs';
import { median, pairRatio } from './ratios.mjs';
import { serve } from './serve.mjs';

/** Seconds that a turn takes at least: short tasks are done several times. */
const TURN = 0.05;

/**
 * Runs a comparison, prints it and writes `bench/results/VECTORS/NAME.json`.
 *
 * The first tool of the first process is compared with every other tool that has a task of the same name.
 *
 * @param {object} comparison
 * @param {string} comparison.name of the file of results
 * @param {Record<string, (() => object) | { python: string }>} comparison.processes by name: a function that
 *   returns `{ versions, tools }` (see `serve`), for which this script is started anew, or `python(…)`
 * @param {'processor' | 'wall'} [comparison.clock] which time counts; the other is kept as well
 * @param {number} [comparison.rounds]
 * @param {Record<string, string>} [comparison.env] variables of the processes
 * @param {(name: string, text: string) => void} [comparison.write] what is done with the results
 */
export async function compare({
  name,
  processes,
  clock = 'processor',
  rounds = 15,
  env = {},
  write = writeResults,
}) {
  const own = process.env.BENCH_PROCESS;
  if (own !== undefined) return serve(processes[own]);

  const load = loadavg()[0];
  const opened = [];
  for (const [key, kind] of Object.entries(processes))
    opened.push(await openProcess(key, kind, env));
  const tools = opened.flatMap((one) => one.tools);
  const [first, ...peers] = tools;
  const results = [];
  for (const task of first.tasks) {
    const able = [first, ...peers.filter(({ tasks }) => tasks.includes(task))];
    if (able.length === 1) continue;
    const turns = await takeTurns(task, able, rounds);
    for (const [i, { name: peer }] of able.entries()) {
      if (i === 0) continue;
      const [wall, processor] = ['wall', 'processor'].map((key) => pair(turns[0], turns[i], key));
      const firsts = { first: round(turns[0].first), peerFirst: round(turns[i].first) };
      results.push({ task, tool: first.name, peer, wall, processor, ...firsts });
      const told = { wall, processor }[clock];
      console.log(
        `${task}: ${first.name} ${told.milliseconds} ms / ${peer} ${told.peerMilliseconds} ms = ${told.ratio} (quartiles ${told.low}, ${told.high})`,
      );
    }
  }
  for (const { close } of opened) close();
  const text = JSON.stringify(
    {
      date: new Date().toISOString().slice(0, 10),
      clock,
      rounds,
      machine: { ...machine(), loadBefore: round(load), loadAfter: round(loadavg()[0]) },
      versions: Object.assign(
        { Node: process.versions.node },
        ...opened.map((one) => one.versions),
      ),
      results,
    },
    null,
    2,
  );
  write(name, `${text}\n`);
}

/** Milliseconds that a call took in each turn of each tool, and in the very first, when things are compiled. */
async function takeTurns(task, tools, rounds) {
  const calls = [];
  const turns = [];
  for (const { turn } of tools) {
    let count = 1;
    let { wall } = await turn(task, 1);
    turns.push({ first: 1e3 * wall, wall: [], processor: [] });
    while (wall * count < TURN) {
      count *= 2;
      ({ wall } = await turn(task, count));
    }
    calls.push(count);
  }
  for (let i = 0; i < rounds; i++) {
    // Forwards and backwards, so that none always comes first.
    const order = i % 2 === 0 ? [...tools.keys()] : [...tools.keys()].reverse();
    for (const side of order) {
      const { wall, processor } = await tools[side].turn(task, calls[side]);
      turns[side].wall.push(1e3 * wall);
      turns[side].processor.push(1e3 * processor);
    }
  }
  return turns;
}

function pair(own, peer, clock) {
  const milliseconds = round(median(own[clock]));
  const peerMilliseconds = round(median(peer[clock]));
  return { ...pairRatio(own[clock], peer[clock]), milliseconds, peerMilliseconds };
}

const round = (value) => Number(value.toPrecision(3));

function writeResults(name, text) {
  const folder = new URL(`../results/${vectors()}/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), text);
}
