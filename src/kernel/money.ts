/**
 * Money is a bigint of micro-USDC (6 decimals). Events carry it as a decimal string, HTTP as a number plus a
 * `…Micro` string. No floating point enters arithmetic.
 */
declare const micros: unique symbol;
export type Micros = bigint & { readonly [micros]: true };

/** A `Micros` as it stands in an event: canonical decimal, no sign, no leading zero. */
export type MicrosText = string;

export const MICROS_PER_USDC = 1_000_000n;
export const ZERO = 0n as Micros;

const CANONICAL = /^(0|[1-9][0-9]{0,17})$/;

/** @throws RangeError for a negative amount: directions are names, never signs. */
export function toMicros(value: bigint): Micros {
  if (value < 0n) throw new RangeError(`an amount of money cannot be negative: ${value}`);
  return value as Micros;
}

/** @param text canonical decimal micro-USDC, at most 18 digits @throws RangeError otherwise */
export function parseMicros(text: MicrosText): Micros {
  if (!CANONICAL.test(text))
    throw new RangeError(`not a canonical amount of micro-USDC: ${text.slice(0, 32)}`);
  return BigInt(text) as Micros;
}

/**
 * @param usdc a decimal number of USDC as clients send it, e.g. `10.5`
 * @throws RangeError when negative, not finite, above 10⁹ USDC or finer than one micro-USDC
 */
export function usdcToMicros(usdc: number): Micros {
  if (!Number.isFinite(usdc) || usdc < 0 || usdc > 1e9)
    throw new RangeError(`not an amount of USDC: ${usdc}`);
  const [whole = '0', fraction = ''] = usdc.toFixed(7).split('.');
  if (fraction[6] !== '0') throw new RangeError(`USDC has six decimals, this has more: ${usdc}`);
  return (BigInt(whole) * MICROS_PER_USDC + BigInt(fraction.slice(0, 6))) as Micros;
}

/** For display and the seeds' decimal fields only; never computed with. */
export const microsToUsdc = (amount: bigint): number => Number(amount) / 1e6;

/** @param amount a difference may be below zero */
export const formatUsdc = (amount: bigint): string => {
  if (amount < 0n) return `-${formatUsdc(-amount)}`;
  const whole = amount / MICROS_PER_USDC;
  const fraction = (amount % MICROS_PER_USDC)
    .toString()
    .padStart(6, '0')
    .replace(/0{1,4}$/, '');
  return `${whole}.${fraction} USDC`;
};

export const sumMicros = (amounts: Iterable<bigint>): Micros => {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return toMicros(total);
};

export const least = (a: Micros, b: Micros): Micros => (a < b ? a : b);
