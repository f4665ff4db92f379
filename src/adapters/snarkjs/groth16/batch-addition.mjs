import { TEMPORARY } from './groups.mjs';
import { PAIR } from './kernel/point-code.mjs';

/** pairs that share an inversion: enough that it costs next to nothing, few enough that they stay in the cache */
const BATCH = 2048;

/** bytes of room a thread needs for its batches */
export const batchRoom = (group) =>
  BATCH * PAIR + (BATCH + 1) * 2 * group.coordinate + 8 * group.point + TEMPORARY;

/**
 * Adds pairs of affine points, every sum in the place of its first point. The formula divides by the difference of
 * the x, so that a point and itself, and a point and its negative, are told apart and done on their own.
 */
export class BatchAddition {
  #count = 0;

  /** @param room address of `batchRoom` bytes, the first TEMPORARY of which are the group's own */
  constructor(kernel, group, room) {
    this.kernel = kernel;
    this.group = group;
    this.pairs = room + TEMPORARY;
    this.chain = this.pairs + BATCH * PAIR;
    this.spare = this.chain + (BATCH + 1) * 2 * group.coordinate;
    /** addresses of sums that are the point at infinity, which has no affine form */
    this.vanished = new Set();
    group.copyCoordinate(group.one, this.chain);
  }

  /** Addresses. The first is in no other pair since the last `flush`, the second may only be read by others. */
  add(first, second) {
    const at = (this.pairs >>> 2) + 2 * this.#count++;
    this.kernel.words[at] = first;
    this.kernel.words[at + 1] = second;
    if (this.#count === BATCH) this.flush();
  }

  flush() {
    const { group, pairs, chain } = this;
    const count = this.#count;
    this.#count = 0;
    if (count === 0) return;
    const step = 2 * group.coordinate;
    for (let done = 0; done < count; ) {
      const left = group.forward(pairs + done * PAIR, count - done, chain + done * step);
      if (left === 0) break;
      done = count - left;
      this.#settle(pairs + done * PAIR);
      this.#passOver(done, chain + done * step);
      done++;
    }
    const inverse = this.spare + 4 * group.point;
    group.invert(chain + count * step, inverse);
    group.backward(pairs + count * PAIR, count, chain + count * step, inverse);
  }

  /** Two points with the same x: the sum is their double, or none. */
  #settle(pair) {
    const { group, spare } = this;
    const [a, b] = this.kernel.words.subarray(pair >>> 2, (pair >>> 2) + 2);
    const [slope, work] = [spare + 5 * group.point, spare + 6 * group.point];
    const y = a + group.coordinate;
    group.sub(y, b + group.coordinate, work);
    if (!group.isZero(work)) {
      this.vanished.add(a);
      return;
    }
    // slope 3x² / 2y; no point of these groups has y = 0, as their order is odd
    group.square(a, slope);
    group.sum(slope, slope, work);
    group.sum(slope, work, slope);
    group.sum(y, y, work);
    group.invert(work, work);
    group.mul(slope, work, slope);
    const x = work;
    const doubled = work + group.coordinate;
    group.square(slope, x);
    group.sub(x, a, x);
    group.sub(x, a, x);
    group.sub(a, x, doubled);
    group.mul(slope, doubled, doubled);
    group.sub(doubled, y, y);
    group.copyCoordinate(x, a);
  }

  /** The pair is done: the chain goes on as if its difference were one, and what comes back goes nowhere. */
  #passOver(index, at) {
    const { group, kernel, spare } = this;
    group.copyCoordinate(group.one, at + group.coordinate);
    group.copyCoordinate(at, at + 2 * group.coordinate);
    const pair = (this.pairs >>> 2) + 2 * index;
    kernel.words[pair] = spare;
    kernel.words[pair + 1] = spare + group.point;
  }
}
