import { drawing } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { asTheyAreReady } from '../src/graph/as-they-are-ready.ts';
import type { OnnxNode } from '../src/onnx/model-writer.ts';

const node = (outputs: readonly string[], inputs: readonly string[]): OnnxNode => ({
  ...{ op: 'Sum', domain: '', attributes: {} },
  outputs,
  inputs,
});

test('property: all operators are there once, each behind what it takes, those alike in their order', () => {
  for (let seed = 0; seed < 50; seed++) {
    const draw = drawing(seed);
    const made = ['x', '', 'c'];
    const nodes = Array.from({ length: 60 }, (_, i) => {
      const inputs = Array.from({ length: draw(4) }, () => made[draw(made.length)]!);
      const outputs = Array.from({ length: 1 + draw(2) }, (_, k) => `v${i}_${k}`);
      made.push(...outputs);
      return node(outputs, inputs);
    });
    // Slow and obvious: in rounds, how many operators must be computed before one at the least.
    const depths = new Map<string, number>();
    const depthOf = ({ inputs }: OnnxNode) =>
      1 + Math.max(-1, ...inputs.map((name) => depths.get(name) ?? -1));
    for (const one of nodes) for (const name of one.outputs) depths.set(name, depthOf(one));
    const order = asTheyAreReady(nodes);
    expect(new Set(order)).toEqual(new Set(nodes));
    expect(order).toHaveLength(nodes.length);
    const found = order.map(depthOf);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    const first = order.filter((one) => depthOf(one) === 0);
    expect(first).toEqual(nodes.filter((one) => depthOf(one) === 0));
  }
});
