import { batchRoom } from './batch-addition.mjs';
import { CONSTANTS } from './constants.mjs';
import { windowsOf } from './digits.mjs';
import { GROUPS, TEMPORARY } from './groups.mjs';
import { ELEMENT } from './kernel/limbs.mjs';
import { SCRATCH } from './kernel/open-kernel.mjs';

/**
 * Where everything about a circuit lies in the one memory its threads share: plain numbers, given to each of them.
 * @param key as read @param rows of its matrices @param threads how many will work
 */
export function planOf(key, rows, threads) {
  let free = 64;
  const take = (bytes) => {
    const at = free;
    free += (bytes + 7) & ~7;
    return at;
  };
  const elements = (count) => take(count * ELEMENT);
  const bases = {};
  for (const [name, stored] of Object.entries(key.bases)) {
    const group = name === 'b2' ? GROUPS.g2 : GROUPS.g1;
    const kept = finite(stored, group.stored);
    bases[name] = {
      group: group.name,
      count: kept.length,
      address: take(kept.length * group.point),
      /** indices of their scalars */
      scalars: take(kept.length * 4),
      kept,
    };
  }
  const scalars = {
    witness: scalarsOf(key.wires, witnessBits(key.wires), elements, take),
    quotient: scalarsOf(key.domain, bitsFor(key.domain), elements, take),
  };
  const { wires, publics, domain } = key;
  const plan = {
    wires,
    publics,
    domain,
    constants: take(CONSTANTS),
    bases,
    scalars,
    coefficients: elements(rows.values.length),
    sides: rows.sides.map(({ starts, terms }) => ({
      starts: take(starts.byteLength),
      terms: take(terms.byteLength),
    })),
    // the quotient ends where its scalars are
    polynomials: [elements(domain), elements(domain), scalars.quotient.address],
    roots: elements(domain / 2),
    inverseRoots: elements(domain / 2),
    shifts: elements(domain),
    threads: Array.from({ length: threads }, () => ({
      scratch: take(SCRATCH),
      temporary: take(TEMPORARY),
      rooms: { g1: take(batchRoom(GROUPS.g1)), g2: take(batchRoom(GROUPS.g2)) },
      slots: take(mostSlots(bases, scalars)),
    })),
  };
  return { plan, bytes: free };
}

/** indices of the points that are not the point at infinity */
export function finite(stored, size) {
  const words = new Uint32Array(stored.buffer.slice(stored.byteOffset, stored.byteOffset + stored.length));
  const [kept, step] = [[], size / 4];
  for (let i = 0, at = 0; at < words.length; i++, at += step) {
    let hasCoordinates = false;
    for (let j = 0; j < step && !hasCoordinates; j++) hasCoordinates = words[at + j] !== 0;
    if (hasCoordinates) kept.push(i);
  }
  return Uint32Array.from(kept);
}

const scalarsOf = (count, bits, elements, take) => ({
  count,
  bits,
  address: elements(count),
  digits: take(count * windowsOf(bits) * 2),
});

/** Bits of a window for which all windows take the fewest additions: each point once, each bucket twice. */
export function bitsFor(points) {
  let [best, fewest] = [2, Number.POSITIVE_INFINITY];
  for (let bits = 2; bits <= 14; bits++) {
    const additions = windowsOf(bits) * (points + 2 ** bits);
    if (additions < fewest) [best, fewest] = [bits, additions];
  }
  return best;
}

/** Two thirds of a witness are 0, 1 or small, and fall into the first window alone. */
const witnessBits = (wires) => bitsFor(wires / 3);

function mostSlots(bases, scalars) {
  const of = ([name, { group, count }]) => {
    const { bits } = name === 'h' ? scalars.quotient : scalars.witness;
    return (count + (1 << (bits - 1))) * GROUPS[group].point;
  };
  return Math.max(...Object.entries(bases).map(of));
}
