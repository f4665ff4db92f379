import { sumSegments } from './segment-sums.mjs';

/**
 * One window of Pippenger's multi-scalar multiplication: every point goes to the bucket of its digit, negated for a
 * negative one, and the buckets are summed, each times its number.
 *
 * @param points {address, count}: affine points @param digitOf digit of the point with that index
 * @param bits of a window: digits are from -2^(bits-1) to 2^(bits-1)
 * @param slots address of room for `count + 2^(bits-1)` points
 * @returns addresses of points, or 0 for infinity, from which {@link weigh} makes the sum
 */
export function windowSums(addition, points, digitOf, bits, slots) {
  const { group } = addition;
  const buckets = 1 << (bits - 1);
  const counts = new Uint32Array(buckets + 1);
  for (let i = 0; i < points.count; i++) {
    const digit = digitOf(i);
    if (digit !== 0) counts[digit < 0 ? -digit : digit]++;
  }
  const starts = new Uint32Array(buckets + 1);
  for (let bucket = 1; bucket <= buckets; bucket++) starts[bucket] = starts[bucket - 1] + counts[bucket - 1];
  const used = starts[buckets] + counts[buckets];
  const next = starts.slice();
  for (let i = 0, from = points.address; i < points.count; i++, from += group.point) {
    const digit = digitOf(i);
    if (digit > 0) group.copy(from, slots + next[digit]++ * group.point);
    else if (digit < 0) group.negated(from, slots + next[-digit]++ * group.point, group.zero);
  }
  sumSegments(addition, slots, starts, counts);
  const members = Array.from(starts, (start, bucket) =>
    counts[bucket] === 0 ? 0 : slots + start * group.point,
  );
  return halve(addition, members, slots, used);
}

/**
 * The sum of b·B_b over 2^k buckets by halving their number. With B'_j = B_(2j-1) + B_2j it is twice the sum of j·B'_j
 * less the sum of the B_b with odd b. All of a level is added in batches, unlike the usual running sum.
 * @param members addresses of buckets from 1, or 0 for an empty one
 * @returns the last bucket left, then the sums of odd ones from the last level to the first
 */
function halve(addition, members, slots, used) {
  const { group, vanished } = addition;
  const starts = [];
  const counts = [];
  let free = used;
  let level = members;
  while (level.length > 2) {
    starts.push(free);
    for (let odd = 1; odd < level.length; odd += 2)
      if (level[odd] !== 0) group.copy(level[odd], slots + free++ * group.point);
    counts.push(free - starts.at(-1));
    const above = [0];
    for (let even = 2; even < level.length; even += 2) {
      const [low, high] = [level[even - 1], level[even]];
      if (low !== 0 && high !== 0) addition.add(low, high);
      above.push(low || high);
    }
    addition.flush();
    level = vanished.size === 0 ? above : above.map((address) => (vanished.delete(address) ? 0 : address));
  }
  sumSegments(addition, slots, starts, counts);
  const odds = starts.map((start, i) => (counts[i] === 0 ? 0 : slots + start * group.point));
  return [level[1], ...odds.reverse()];
}
