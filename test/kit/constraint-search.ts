import { readR1cs, type Terms } from '../../src/adapters/snarkjs/child/r1cs.mjs';
import { FIELD } from '../../src/kernel/commitments/field.js';

/** What an honest witness shows of a circuit's constraints. */
export interface Searched {
  /** constraints that do not hold */
  readonly broken: number;
  /** wires that no constraint would miss if they were one more than they are */
  readonly free: readonly number[];
}

/** Looks for wires that nothing constrains. @param wtns an honest witness */
export function searchConstraints(r1cs: Uint8Array, wtns: Uint8Array): Searched {
  const { wires, each } = readR1cs(r1cs);
  const witness = elements(wtns, wires);
  const bound = new Uint8Array(wires);
  let broken = 0;
  for (const sides of each()) {
    const [a, b, c] = sides.map(
      (terms) => terms.reduce((sum, [wire, k]) => sum + k * witness[wire]!, 0n) % FIELD,
    ) as [bigint, bigint, bigint];
    if ((a * b - c) % FIELD !== 0n) broken++;
    const moved = new Map<number, [bigint, bigint, bigint]>();
    sides.forEach((terms, side: number) => {
      for (const [wire, k] of terms) {
        const by = moved.get(wire) ?? [0n, 0n, 0n];
        by[side] = k;
        moved.set(wire, by);
      }
    });
    // does the constraint notice when one wire is one more than it was?
    for (const [wire, [da, db, dc]] of moved)
      if (bound[wire] === 0 && (a * db + b * da + da * db - dc) % FIELD !== 0n) bound[wire] = 1;
  }
  return { broken, free: [...bound.keys()].filter((wire) => wire > 0 && bound[wire] === 0) };
}

/**
 * How many constraints x · (x − 1) = 0 there are. The generator finds bits by itself and finds honest ones, so no
 * input shows whether a liar's would be refused. Where a bit was put in terms of others, x is a sum.
 */
export function countBits(r1cs: Uint8Array): number {
  let found = 0;
  for (const [a, b, c] of readR1cs(r1cs).each()) if (c.length === 0 && sameWires(a, b)) found++;
  return found;
}

export const sameWires = (a: Terms, b: Terms): boolean => {
  const [one, other] = [a, b].map((terms) => new Set(terms.map(([wire]) => wire).filter((w) => w > 0)));
  return one!.size === other!.size && [...one!].every((wire) => other!.has(wire));
};

export const hasConstant = (terms: Terms): boolean => terms.some(([wire]) => wire === 0);

/** What varies in a linear combination, whatever its sign. */
export const variable = (terms: Terms): string => {
  const varying = terms.filter(([wire]) => wire > 0).sort(([one], [other]) => one - other);
  const isNegative = (varying[0]?.[1] ?? 0n) > FIELD / 2n;
  return varying.map(([wire, k]) => `${isNegative ? FIELD - k : k}·${wire}`).join(' + ');
};

/** Elements of a .wtns file. */
function elements(file: Uint8Array, count: number): bigint[] {
  const start = file.length - count * 32;
  return Array.from({ length: count }, (_, i) => {
    const bytes = Buffer.from(file.subarray(start + i * 32, start + i * 32 + 32)).reverse();
    return BigInt(`0x${bytes.toString('hex')}`);
  });
}
