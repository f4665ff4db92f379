import { BatchAddition, batchRoom } from './batch-addition.mjs';
import { CONSTANTS, putConstants } from './constants.mjs';
import { GROUPS, groupOn, TEMPORARY } from './groups.mjs';
import { ELEMENT, FACTOR, putElement, Q, R } from './kernel/limbs.mjs';
import { compileKernel, openKernel, SCRATCH, sharedMemory } from './kernel/open-kernel.mjs';

/** bits of a scalar's digit, digits of a scalar, and scalars that are multiplied together */
const BITS = 10;
const PLACES = Math.ceil(254 / BITS);
const TOGETHER = 2048;
const DIGITS = 1 << BITS;

const GENERATORS = {
  g1: [1n, 2n],
  g2: [
    10857046999023057135944570762232829481370756359578518086990519993285655852781n,
    11559732032986387107991004021392285783925812861821192530917403151452391805634n,
    8495653923123431417604973247489272438418190587263600148770280649306958101930n,
    4082367875863433681332203403145435568316851327593401208105741076214120093531n,
  ],
};

/** Multiplies the generator of a group by many scalars, from a table of its multiples by every digit at every place. */
export class FixedBase {
  /** @param name 'g1' or 'g2' */
  constructor(name) {
    const sizes = GROUPS[name];
    let free = 64;
    const take = (bytes) => {
      const at = free;
      free += (bytes + 7) & ~7;
      return at;
    };
    const scratch = take(SCRATCH);
    const constants = take(CONSTANTS);
    this.temporary = take(TEMPORARY);
    const room = take(batchRoom(sizes));
    this.table = take(PLACES * DIGITS * sizes.point);
    this.sums = take(TOGETHER * sizes.point);
    const { memory, pages } = sharedMemory(free);
    this.kernel = openKernel(compileKernel(pages), memory, scratch);
    this.constants = putConstants(this.kernel.words, constants);
    this.group = groupOn(this.kernel, this.constants, sizes, this.temporary);
    this.addition = new BatchAddition(this.kernel, this.group, room);
    this.#fillTable(GENERATORS[name]);
  }

  /**
   * @param scalars below the group's order
   * @returns affine points one after the other, as a proving key has them; zeros for infinity
   */
  multiply(scalars) {
    const { stored } = this.group;
    const out = new Uint8Array(scalars.length * stored);
    for (let from = 0; from < scalars.length; from += TOGETHER) {
      const some = scalars.slice(from, from + TOGETHER);
      const isThere = this.#sum(some.map(digitsOf));
      for (let i = 0; i < some.length; i++)
        if (isThere[i]) this.#export(this.sums + i * this.group.point, out, (from + i) * stored);
    }
    return out;
  }

  #multiple = (place, digit) => this.table + (place * DIGITS + digit) * this.group.point;

  #fillTable(generator) {
    const { kernel, group, addition } = this;
    generator.forEach((value, i) => {
      putElement(kernel.words, this.#multiple(0, 1) + i * ELEMENT, (value * FACTOR) % Q);
    });
    for (let place = 1; place < PLACES; place++) {
      const base = this.#multiple(place, 1);
      group.copy(this.#multiple(place - 1, 1), base);
      for (let bit = 0; bit < BITS; bit++) {
        group.copy(base, this.sums);
        addition.add(base, this.sums);
        addition.flush();
      }
    }
    for (let digit = 2; digit < DIGITS; digit++) {
      for (let place = 0; place < PLACES; place++) {
        group.copy(this.#multiple(place, digit - 1), this.#multiple(place, digit));
        addition.add(this.#multiple(place, digit), this.#multiple(place, 1));
      }
      addition.flush();
    }
  }

  /** Place by place, all scalars at once. @returns which sums are points */
  #sum(digits) {
    const { group, addition, sums } = this;
    const isThere = new Uint8Array(digits.length);
    for (let place = 0; place < PLACES; place++) {
      for (let i = 0; i < digits.length; i++) {
        const digit = digits[i][place];
        if (digit === 0) continue;
        const [sum, multiple] = [sums + i * group.point, this.#multiple(place, digit)];
        if (isThere[i]) addition.add(sum, multiple);
        else group.copy(multiple, sum);
        isThere[i] = 1;
      }
      addition.flush();
      for (const address of addition.vanished) isThere[(address - sums) / group.point] = 0;
      addition.vanished.clear();
    }
    return isThere;
  }

  #export(point, out, at) {
    const { kernel, constants, temporary, group } = this;
    const bytes = temporary + 2 * ELEMENT;
    for (let i = 0; i < group.stored / 32; i++) {
      kernel.q_mul(point + i * ELEMENT, constants.toTheirsQ, temporary);
      kernel.q_canonical(temporary, temporary);
      kernel.q_pack(temporary, bytes);
      out.set(kernel.bytes.subarray(bytes, bytes + 32), at + 32 * i);
    }
  }
}

const view = new DataView(new ArrayBuffer(40));

/** The lowest first. */
function digitsOf(scalar) {
  if (scalar < 0n || scalar >= R) throw new Error('a scalar is not below the order of the group');
  for (let i = 0, rest = scalar; i < 4; i++, rest >>= 64n)
    view.setBigUint64(8 * i, BigInt.asUintN(64, rest), true);
  const digits = new Uint16Array(PLACES);
  for (let place = 0; place < PLACES; place++) {
    const bit = place * BITS;
    digits[place] = (view.getUint32(bit >>> 3, true) >>> (bit & 7)) & (DIGITS - 1);
  }
  return digits;
}
