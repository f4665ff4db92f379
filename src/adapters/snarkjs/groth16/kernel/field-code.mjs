import { get, giveBack, i32, i64, set, when } from './assembler.mjs';
import { LIMB_BITS, LIMBS, limbsOf, MASK } from './limbs.mjs';

/**
 * Arithmetic modulo a prime of 254 bits. What is stored is below 2p and its limbs are carried; `add` alone leaves
 * up to 4p, for an operand of the next multiplication or the second one of a subtraction. The product of two factors
 * of 4p is below 1.1p, because 2^261 is 168p: nothing is ever compared to p on the way.
 */
export function fieldCode(prefix, prime) {
  const p = limbsOf(prime);
  return [
    { name: `${prefix}_mul`, params: 3, locals: { i64: 2 * LIMBS + 2 }, body: () => multiply(p, prime) },
    { name: `${prefix}_square`, params: 2, body: (call) => call(`${prefix}_mul`, A, A, B) },
    { name: `${prefix}_add`, params: 3, locals: { i64: 1 }, body: add },
    { name: `${prefix}_sub`, params: 3, locals: { i64: LIMBS + 2 }, body: () => subtract(prime) },
    { name: `${prefix}_sum`, params: 3, locals: { i64: LIMBS + 2 }, body: () => sum(prime) },
    { name: `${prefix}_canonical`, params: 2, locals: { i64: LIMBS + 1 }, body: () => canonical(p) },
    { name: `${prefix}_pack`, params: 2, body: pack },
    { name: `${prefix}_unpack`, params: 2, body: unpack },
    { name: `${prefix}_isZero`, params: 1, result: true, body: () => isZero(p) },
  ];
}

const [A, B, OUT] = [0, 1, 2].map(get);
const limb = (address, i) => i64.load32(address, 4 * i);
const mask = (value) => i64.and(value, i64.const(MASK));

/** (A, B, OUT): OUT = A · B / 2^261. OUT may be A or B. */
function multiply(p, prime) {
  const top = LIMBS - 1;
  // running sums of the columns; the lowest is gone after each round
  const sum = (j) => 3 + j;
  const b = (j) => 3 + LIMBS + j;
  const [a, q] = [3 + 2 * LIMBS, 4 + 2 * LIMBS];
  const inverse = minusInverse(prime);
  const code = p.map((_, j) => set(b(j), limb(B, j)));
  for (let i = 0; i < LIMBS; i++) {
    const column = (j) => {
      const product = i64.mul(get(a), get(b(j)));
      return i === 0 || j === top ? product : i64.add(get(sum(j)), product);
    };
    const reduced = (value, j) => i64.add(value, i64.mul(get(q), i64.const(p[j])));
    code.push(set(a, limb(A, i)), set(sum(0), column(0)));
    code.push(set(q, mask(i64.mul(mask(get(sum(0))), i64.const(inverse)))));
    // q makes the lowest column a multiple of 2^29
    const carry = i64.shrU(reduced(get(sum(0)), 0), LIMB_BITS);
    code.push(set(sum(0), i64.add(reduced(column(1), 1), carry)));
    for (let j = 2; j < LIMBS; j++) code.push(set(sum(j - 1), reduced(column(j), j)));
  }
  return [code, storeCarried(OUT, (j) => (j < top ? get(sum(j)) : undefined), a)];
}

/** (A, B, OUT): OUT = A + B, not reduced. */
function add() {
  return storeCarried(OUT, (j) => i64.add(limb(A, j), limb(B, j)), 3);
}

/** (A, B, OUT): OUT = A - B, below 2p when neither is above 4p. */
function subtract(prime) {
  const offset = limbsOf(4n * prime);
  return reduce(prime, (j) => i64.add(i64.sub(limb(A, j), limb(B, j)), i64.const(offset[j])));
}

/** (A, B, OUT): OUT = A + B, below 2p when neither is above 4p. */
function sum(prime) {
  return reduce(prime, (j) => i64.add(limb(A, j), limb(B, j)));
}

/** @param column of a value below 8p; may be negative */
function reduce(prime, column) {
  const kept = (j) => 3 + j;
  const [carry, quotient] = [3 + LIMBS, 4 + LIMBS];
  const p = limbsOf(prime);
  const code = p.map((_, j) => carryOn(j, j === 0 ? column(j) : i64.add(column(j), get(carry)), kept, carry));
  code.push(set(quotient, quotientOf(get(kept(LIMBS - 1)), prime)));
  const reduced = (j) => i64.sub(get(kept(j)), i64.mul(get(quotient), i64.const(p[j])));
  return [code, storeCarried(OUT, reduced, carry)];
}

/** How many times p goes into a value below 8p, or one less, by the value's highest limb. */
function quotientOf(highest, prime) {
  const bits = 40;
  const divisor = (prime >> BigInt((LIMBS - 1) * LIMB_BITS)) + 1n;
  return i64.shrU(i64.mul(highest, i64.const((1n << BigInt(bits)) / divisor)), bits);
}

/** (A, OUT): A below 2p, OUT the same below p. */
function canonical(p) {
  const kept = (j) => 2 + j;
  const carry = 2 + LIMBS;
  const code = [];
  for (let j = 0; j < LIMBS; j++) {
    const difference = i64.sub(limb(A, j), i64.const(p[j]));
    code.push(carryOn(j, j === 0 ? difference : i64.add(difference, get(carry)), kept, carry));
  }
  // all ones when A was below p already
  const isBelow = i64.shr(get(kept(LIMBS - 1)), 63);
  code.push(set(carry, isBelow));
  for (let j = 0; j < LIMBS; j++) {
    const back = i64.and(get(carry), i64.const(p[j]));
    code.push(set(kept(j), i64.add(get(kept(j)), back)));
  }
  return [code, storeCarried(B, (j) => get(kept(j)), carry)];
}

/** (A): whether A is 0 or p. */
function isZero(p) {
  const differs = (limbs) =>
    limbs
      .map((value, j) => i64.xor(limb(A, j), i64.const(value)))
      .reduce((sum, difference) => i64.or(sum, difference));
  const zero = p.map(() => 0n);
  // nearly always the lowest limb says no
  const lowest = (value) => i64.eq(limb(A, 0), i64.const(value));
  const is = (limbs) => when(lowest(limbs[0]), when(i64.eqz(differs(limbs)), giveBack(i32.const(1))));
  return [is(zero), is(p), i32.const(0)];
}

const WORD = 64;

/** (A, OUT): 32 bytes, little-endian, of the limbs of A, which is below 2^256. */
function pack() {
  return [0, 1, 2, 3].map((word) => {
    const parts = [];
    for (let j = 0; j < LIMBS; j++) {
      const at = j * LIMB_BITS - word * WORD;
      if (at <= -LIMB_BITS || at >= WORD) continue;
      parts.push(at >= 0 ? i64.shl(limb(A, j), at) : i64.shrU(limb(A, j), -at));
    }
    return i64.store(B, 8 * word, parts.reduce(i64.or));
  });
}

/** (A, OUT): limbs of the 32 bytes at A. OUT is not A. */
function unpack() {
  return Array.from({ length: LIMBS }, (_, j) => {
    const [word, at] = [Math.floor((j * LIMB_BITS) / WORD), (j * LIMB_BITS) % WORD];
    const low = i64.shrU(i64.load(A, 8 * word), at);
    const isSplit = at + LIMB_BITS > WORD && word < 3;
    const both = isSplit ? i64.or(low, i64.shl(i64.load(A, 8 * word + 8), WORD - at)) : low;
    return i64.store32(B, 4 * j, mask(both));
  });
}

function carryOn(j, value, kept, carry) {
  if (j === LIMBS - 1) return set(kept(j), value);
  return [set(carry, value), set(kept(j), mask(get(carry))), set(carry, i64.shr(get(carry), LIMB_BITS))];
}

/** @param column its value, undefined where only the carry is left; may be negative */
function storeCarried(address, column, carry) {
  const code = [];
  for (let j = 0; j < LIMBS; j++) {
    const value = column(j);
    const sum = value === undefined ? get(carry) : j === 0 ? value : i64.add(value, get(carry));
    if (j === LIMBS - 1) code.push(i64.store32(address, 4 * j, sum));
    else
      code.push(
        set(carry, sum),
        i64.store32(address, 4 * j, mask(get(carry))),
        set(carry, i64.shr(get(carry), LIMB_BITS)),
      );
  }
  return code;
}

/** -1/p modulo 2^29, by Newton's iteration: each round doubles the bits that are right. */
function minusInverse(prime) {
  let inverse = 1n;
  for (let round = 0; round < 5; round++) inverse = (inverse * (2n - prime * inverse)) & MASK;
  return (MASK + 1n - inverse) & MASK;
}
