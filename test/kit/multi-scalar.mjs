import { BatchAddition, batchRoom } from '../../src/adapters/snarkjs/groth16/batch-addition.mjs';
import { CONSTANTS, putConstants } from '../../src/adapters/snarkjs/groth16/constants.mjs';
import { Curve, GROUP, weigh } from '../../src/adapters/snarkjs/groth16/curve.mjs';
import { putDigits, windowsOf } from '../../src/adapters/snarkjs/groth16/digits.mjs';
import { putPoint } from '../../src/adapters/snarkjs/groth16/fill.mjs';
import { GROUPS, groupOn, TEMPORARY } from '../../src/adapters/snarkjs/groth16/groups.mjs';
import { ELEMENT, elementAt, putElement, Q } from '../../src/adapters/snarkjs/groth16/kernel/limbs.mjs';
import {
  compileKernel,
  openKernel,
  SCRATCH,
  sharedMemory,
} from '../../src/adapters/snarkjs/groth16/kernel/open-kernel.mjs';
import { finite } from '../../src/adapters/snarkjs/groth16/plan.mjs';
import { exported } from '../../src/adapters/snarkjs/groth16/tasks.mjs';
import { windowSums } from '../../src/adapters/snarkjs/groth16/window-sums.mjs';

const BYTES = 4 * 1024 * 1024;
const { memory, pages } = sharedMemory(BYTES);
const kernel = openKernel(compileKernel(pages), memory, 64);
const curve = new Curve();
let free = 64 + SCRATCH;
const take = (bytes) => {
  const at = free;
  free += (bytes + 7) & ~7;
  return at;
};
const constants = putConstants(kernel.words, take(CONSTANTS));
const temporary = take(TEMPORARY);
const mark = free;

/** The kernel's functions of the field, on plain numbers. */
export function fieldOperation(name, ...operands) {
  const at = operands.map((_, i) => mark + i * ELEMENT);
  const out = mark + operands.length * ELEMENT;
  for (const [i, operand] of operands.entries()) putElement(kernel.words, at[i], operand);
  return kernel[name](...at, out) ?? elementAt(kernel.words, out);
}

/**
 * The sum of scalars times points by the prover's own path, from bytes as a proving key has them.
 * @param points affine coordinates in order, undefined for infinity
 * @returns affine coordinates, undefined for infinity
 */
export function multiScalar(name, points, scalars, bits) {
  free = mark;
  const sizes = GROUPS[name];
  const stored = new Uint8Array(points.length * sizes.stored);
  points.forEach((coordinates, i) => {
    for (const [j, value] of (coordinates ?? []).entries())
      stored.set(montgomery(value), i * sizes.stored + 32 * j);
  });
  const kept = finite(stored, sizes.stored);
  const address = take(kept.length * sizes.point);
  kept.forEach((index, i) => {
    const source = stored.subarray(index * sizes.stored, (index + 1) * sizes.stored);
    putPoint(kernel, constants, source, address + i * sizes.point, temporary);
  });
  const given = { address: take(scalars.length * ELEMENT), count: scalars.length };
  for (const [i, scalar] of scalars.entries()) putElement(kernel.words, given.address + i * ELEMENT, scalar);
  const digits = new Int16Array(windowsOf(bits) * scalars.length);
  putDigits(kernel, constants, given, 0, scalars.length, bits, digits, temporary);
  const addition = new BatchAddition(
    kernel,
    groupOn(kernel, constants, sizes, temporary),
    take(batchRoom(sizes)),
  );
  const slots = take((kept.length + (1 << (bits - 1))) * sizes.point);
  if (free > BYTES) throw new Error('more points than this has room for');
  const windows = Array.from({ length: windowsOf(bits) }, (_, window) => {
    const digitOf = (i) => digits[window * scalars.length + kept[i]];
    const sums = windowSums(addition, { address, count: kept.length }, digitOf, bits, slots);
    return sums.map((at) => (at === 0 ? undefined : exported(kernel, constants, at, sizes.point, temporary)));
  });
  return curve.within(() => {
    const total = weigh(curve, GROUP[name], windows, bits);
    if (curve.wasm[`${GROUP[name].prefix}_isZero`](total)) return undefined;
    return curve.coordinates(GROUP[name], total);
  });
}

/** in wasmcurves' Montgomery form, little-endian */
function montgomery(value) {
  const hex = ((value << 256n) % Q).toString(16).padStart(64, '0');
  return Uint8Array.from(Buffer.from(hex, 'hex').reverse());
}
