import * as tf from '@tensorflow/tfjs-core';
import { momentOf } from '../graph/steps.ts';
import type { Moment, Node } from '../graph/value.ts';
import { Repetition } from './repetition.ts';

/** Operations from which on a graph is large enough. */
const ENOUGH = 2048;
/** The same where it does not repeat itself, or an optimiser updates many weights one by one. */
const MORE_THAN_ENOUGH = 8192;

/**
 * Starts what is recorded where it may be cut, so that graphs stay bounded where nothing is read:
 * between steps of training, and between the repetitions of whatever repeats, since every graph is
 * then as the one before and compiled once.
 */
export class RecordingBound {
  /** When is now. */
  now: Moment = { step: 0, turn: 0 };
  readonly #start: (isDue?: (moment: Moment) => boolean) => void;
  #isTurnWatched = false;
  /** Operations since the last cut or step. */
  #count = 0;
  /** Those of them that came behind the last gradient. */
  readonly #plain = new Repetition();
  #isInGradient = false;
  #hadGradient = false;
  /** Whether something of an earlier step or turn waits. */
  #hasEarlier = false;

  /** @param start sends what was recorded on its way: all, or what is due by its moment */
  constructor(start: (isDue?: (moment: Moment) => boolean) => void) {
    this.#start = start;
  }

  /** Counts an operation, says when it was, and starts what is before it where that is enough. */
  count(node: Node): void {
    const { gradientDepth, scopeStack } = tf.engine().state;
    // TensorFlow.js walks back in a scope of this name.
    const isInGradient = gradientDepth > 0 || scopeStack.some(({ name }) => name === 'backward');
    if (isInGradient) {
      if (!this.#isInGradient) this.#begin();
      this.#plain.restart();
    } else {
      this.#plain.add(node, scopeStack);
    }
    this.#isInGradient = isInGradient;
    this.#hadGradient ||= isInGradient;
    this.#count++;
    node.moment = momentOf(node, this.now);
    if (!isInGradient) this.#bound(node);
    this.#watchTurn();
  }

  /** A step is recorded as a whole: what follows is another graph. */
  endStep(): void {
    this.cut();
    this.now = { ...this.now, step: this.now.step + 1 };
    this.#hasEarlier = true;
    this.#isInGradient = false;
  }

  /**
   * Where a gradient begins, what earlier steps and turns left is no part of it. Its forward pass
   * waits for it, so a step of training is never cut in its midst.
   */
  #begin(): void {
    const { step, turn } = this.now;
    if (this.#hasEarlier) this.#start((then) => then.step < step || then.turn < turn);
    this.#hasEarlier = false;
    if (this.#count >= ENOUGH) this.#startAll();
  }

  #bound(node: Node): void {
    const { length } = this.#plain;
    if (length <= ENOUGH) return;
    const again = this.#hadGradient ? null : this.#plain.again();
    if (again !== null) this.#divide(again);
    else if (length > MORE_THAN_ENOUGH && this.#plain.isOutermost()) this.#divide([node]);
  }

  /** The last operations are the first of another part. */
  #divide(last: readonly Node[]): void {
    const hadEarlier = this.#hasEarlier;
    this.#plain.restart(last.length);
    this.#count = last.length;
    this.#hadGradient = false;
    this.#hasEarlier = true;
    this.now = { ...this.now, step: this.now.step + 1 };
    for (const node of last) node.moment = momentOf(node, this.now);
    // A step of this turn waits for its end: numbers that belong to it may follow.
    if (!hadEarlier) this.#startEarlier();
  }

  /**
   * Starts at the end of a turn what steps of training recorded in it, as wholes or not, and the rest
   * when it is enough.
   */
  #watchTurn(): void {
    if (this.#isTurnWatched) return;
    this.#isTurnWatched = true;
    queueMicrotask(() => {
      this.#isTurnWatched = false;
      if (this.#hadGradient || this.#count >= ENOUGH) this.#startAll();
      else if (this.#hasEarlier) this.#startEarlier();
      this.#hasEarlier = this.#count > 0;
      this.now = { ...this.now, turn: this.now.turn + 1 };
    });
  }

  #startEarlier(): void {
    const { step } = this.now;
    this.#hasEarlier = false;
    this.#start((then) => then.step < step);
  }

  #startAll(): void {
    this.cut();
    this.#start();
  }

  /** What was recorded is on its way, or a graph of its own. */
  cut(): void {
    this.#count = 0;
    this.#plain.restart();
    this.#hadGradient = false;
    this.#hasEarlier = false;
  }
}
