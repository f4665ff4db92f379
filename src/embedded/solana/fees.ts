import type { DecodedTransaction } from './decoded-transaction.js';

const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111';
const LAMPORTS_PER_SIGNATURE = 5_000n;
const DEFAULT_UNITS_PER_INSTRUCTION = 200_000n;
const SET_LIMIT = 2;
const SET_PRICE = 3;

/** Signature fee plus priority fee: price in micro-lamports times the units asked for, rounded up. */
export function feeOf(decoded: DecodedTransaction): number {
  let price = 0n;
  let limit: bigint | undefined;
  let others = 0n;
  for (const { program, data } of decoded.instructions) {
    if (program !== COMPUTE_BUDGET) others++;
    else if (data[0] === SET_LIMIT && data.length >= 5) limit = BigInt(view(data).getUint32(1, true));
    else if (data[0] === SET_PRICE && data.length >= 9) price = view(data).getBigUint64(1, true);
  }
  const priority = (price * (limit ?? others * DEFAULT_UNITS_PER_INSTRUCTION) + 999_999n) / 1_000_000n;
  return Number(BigInt(decoded.signatures.length) * LAMPORTS_PER_SIGNATURE + priority);
}

const view = (data: Uint8Array): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength);
