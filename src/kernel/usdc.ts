import { z } from 'zod';
import { usdcToMicros } from './money.js';

/** An amount of USDC as clients send it. */
export const usdcSchema = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine(isWholeMicros, { message: 'USDC has six decimals at most' });

function isWholeMicros(usdc: number): boolean {
  try {
    usdcToMicros(usdc);
    return true;
  } catch {
    return false;
  }
}
