import { locals } from './limbs.js';
import {
  CARRIED_EXPONENT_AT,
  DOUBLED,
  EXPONENT_AT,
  FOLDED_AT,
  HIGH_AND_LOW_AT,
  HIGH_AT,
  LOST,
  MASK_AT,
  OFFSET_AT,
  PAIR_BITS,
  PAIR_COLUMNS,
  PAIR_LIMBS,
  PRIME_AT,
  QUOTIENT_AT,
  QUOTIENT_BEGINNING_AT,
} from './pair-table.js';
import {
  addVectors,
  andVectors,
  type Code,
  get,
  loadTwiceFrom,
  set,
  shiftVectorLeft,
  shiftVectorRight,
  subtractDoubles,
} from './wasm-assembler.js';

/** Multiplies and adds two doubles: the machine's own, but for tests. */
export type MultiplyAdd = (left: Code, right: Code, added: Code) => Code;

/** Locals that a {@link PairWriter} needs besides the columns. */
export const PAIR_WRITING = 4;

/** Writes the arithmetic of pair-table.ts on columns, which are locals, as are four from `free` on. */
export class PairWriter {
  private readonly own: Readonly<Record<'high' | 'magic' | 'both' | 'quotient', number>>;

  constructor(
    private readonly multiplyAdd: MultiplyAdd,
    private readonly columns: readonly number[],
    free: number,
  ) {
    this.own = { high: free, magic: free + 1, both: free + 2, quotient: free + 3 };
  }

  /** Before anything else. */
  prepare(): Code {
    const { magic, both } = this.own;
    return [set(magic, loadTwiceFrom(HIGH_AT)), set(both, loadTwiceFrom(HIGH_AND_LOW_AT))];
  }

  /** @param from what a column begins with, so many bytes from where the beginnings are */
  begin(from: (offset: number) => Code): Code {
    return this.columns.map((column, k) => set(column, from(8 * k)));
  }

  add(column: number, value: Code): Code {
    const local = this.columns[column]!;
    return set(local, addVectors(get(local), value));
  }

  /** Adds a product of limbs to a column and the next. */
  addProduct(left: Code, right: Code, column: number): Code {
    const { high } = this.own;
    return [
      set(high, this.high(left, right)),
      this.add(column + 1, get(high)),
      this.add(column, this.low(left, right)),
    ];
  }

  addProducts(left: readonly Code[], right: readonly Code[]): Code {
    return locals(0, 2 * PAIR_LIMBS - 1).map((k) =>
      left.flatMap((a, i) => {
        const b = right[k - i];
        return b === undefined ? [] : [this.addProduct(a, b, k)];
      }),
    );
  }

  /** As {@link addProducts} of a number with itself, with each pair of limbs multiplied once. */
  addSquares(limbs: readonly Code[]): Code {
    const columns = locals(0, 2 * PAIR_LIMBS - 1);
    const pairs = columns.map((k) =>
      limbs.flatMap((a, i) => (i < k - i && limbs[k - i] ? [this.addProduct(a, limbs[k - i]!, k)] : [])),
    );
    const twice = DOUBLED.map((k) => {
      const local = this.columns[k]!;
      return set(local, shiftVectorLeft(get(local), 1));
    });
    return [pairs, twice, limbs.map((a, i) => this.addProduct(a, a, 2 * i))];
  }

  /**
   * Makes limbs of the columns of a product, which begin as pair-table.ts says. The lowest five limbs are each
   * times a number that is the same modulo p and five limbs higher, so that they need not wait for one another; the
   * sixth is made zero with a multiple of p, as Montgomery does. So five products are within p / 4 each and one is
   * within p / 2: what comes out is 1.75 p at most, and what went in times 2^-306.
   */
  reduce(to: readonly number[]): Code {
    const { quotient } = this.own;
    const sixth = LOST - 1;
    const rows = to.map((limb, i) => [get(limb), FOLDED_AT + 8 * PAIR_LIMBS * i] as const);
    const multiples = ([limb, from]: readonly [Code, number], j: number) =>
      this.addProduct(limb, loadTwiceFrom(from + 8 * j), sixth + j);
    return [
      this.limbs(0, to),
      this.add(sixth, this.carryOf(sixth - 1)),
      set(quotient, limb(get(this.columns[sixth]!))),
      this.makeQuotient([...to, quotient].map(get)),
      // the lowest column first, as its carry goes to the next
      locals(0, PAIR_LIMBS).map((j) => rows.map((row) => multiples(row, j))),
      locals(0, PAIR_LIMBS).map((j) => multiples([get(quotient), PRIME_AT], j)),
      [this.add(LOST, this.carryOf(sixth)), this.limbs(LOST, to)],
    ];
  }

  /** @param limbs the lowest six */
  private makeQuotient(limbs: readonly Code[]): Code {
    const { high, quotient } = this.own;
    const terms = limbs.map((limb, i) => {
      const factor = loadTwiceFrom(QUOTIENT_AT + 8 * i);
      return [set(high, this.high(limb, factor)), this.low(limb, factor)];
    });
    return [
      set(quotient, terms.reduce(addVectors, loadTwiceFrom(QUOTIENT_BEGINNING_AT))),
      set(quotient, limb(get(quotient))),
    ];
  }

  private high(left: Code, right: Code): Code {
    return this.multiplyAdd(left, right, get(this.own.magic));
  }

  private low(left: Code, right: Code): Code {
    return this.multiplyAdd(left, right, subtractDoubles(get(this.own.both), get(this.own.high)));
  }

  /** Limbs of five columns; of the last of all columns all that it holds. */
  private limbs(first: number, to: readonly number[]): Code {
    return to.map((local, i) => {
      const k = first + i;
      const make = k === PAIR_COLUMNS - 1 ? highestLimb : limb;
      return set(local, make(get(this.columns[k]!), i > 0 ? this.carryOf(k - 1) : undefined));
    });
  }

  private carryOf(column: number): Code {
    return shiftVectorRight(get(this.columns[column]!), PAIR_BITS);
  }
}

/** The lowest 51 bits of a column, and what the one below carries: it goes no further, so a limb may be a little more. */
const limb = (column: Code, carried?: Code): Code =>
  highestLimb(andVectors(column, loadTwiceFrom(MASK_AT)), carried);

const highestLimb = (bits: Code, carried?: Code): Code => {
  const double = carried
    ? addVectors(addVectors(bits, loadTwiceFrom(CARRIED_EXPONENT_AT)), carried)
    : addVectors(bits, loadTwiceFrom(EXPONENT_AT));
  return subtractDoubles(double, loadTwiceFrom(OFFSET_AT));
};
