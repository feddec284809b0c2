import { fnv1a, mulberry32 } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { randomInteger, sampleRandom, seededRandom, shuffled } from '../src/index.ts';

const numbers = (random: () => number) => Array.from({ length: 5 }, random);

test('golden recipe: a generator is mulberry32 seeded with the FNV-1a hash of seed and keys', () => {
  expect(numbers(seededRandom(7, 'batch', 12))).toEqual(numbers(mulberry32(fnv1a('7/batch/12'))));
  expect(numbers(seededRandom(7))).toEqual(numbers(mulberry32(fnv1a('7'))));
  expect(numbers(seededRandom(1, 'größe'))).toEqual(numbers(mulberry32(fnv1a('1/größe'))));
  expect(numbers(sampleRandom(7, 'p1_040', 3))).toEqual(numbers(seededRandom(7, 3, 'p1_040')));
});

test('derived by hand: integers and orders from given draws', () => {
  expect([0, 0.24, 0.25, 0.999].map((draw) => randomInteger(() => draw, 4))).toEqual([0, 0, 1, 3]);
  // From the last item on, each is exchanged with one of those up to itself: here always the first.
  expect(shuffled(['a', 'b', 'c', 'd'], () => 0)).toEqual(['b', 'c', 'd', 'a']);
  expect(shuffled(['a', 'b', 'c', 'd'], () => 0.999)).toEqual(['a', 'b', 'c', 'd']);
});

test('property: every order is as likely as any other, and the given list stays', () => {
  const random = seededRandom(1, 'orders');
  const items = ['a', 'b', 'c'];
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = shuffled(items, random).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(items).toEqual(['a', 'b', 'c']);
  expect([...counts.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  // Five standard errors of a share of 1 / 6.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(145);
});
