import { InvalidArgumentError } from 'commander';

/** Values of flags. Each refuses with a sentence that commander puts behind the flag's name. */

export function usdcFlag(text: string): number {
  const value = Number(text);
  if (!/^\d{1,7}(\.\d{1,6})?$/.test(text) || value > 1_000_000)
    throw new InvalidArgumentError('Give an amount in USDC, such as 5 or 0.25.');
  return value;
}

export const wholeFlag =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d{1,10}$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return value;
  };

/** For flags that may be given several times. */
export const several = (text: string, before: readonly string[]): readonly string[] => [...before, text];

/** Levels of receipts. */
export const LEVELS: readonly string[] = ['basic', 'full', 'zero-knowledge'];
