import { type Micros, toMicros } from './money.js';

/** Whole percentages of a total that go to the provider, the platform and the reserve; together 100. */
export interface Split {
  readonly provider: bigint;
  readonly platform: bigint;
  readonly reserve: bigint;
}

export interface Shares {
  readonly provider: Micros;
  readonly platform: Micros;
  readonly reserve: Micros;
}

/** @param text e.g. `90/7/3` @throws RangeError when it is not three whole percentages that make 100 */
export function parseSplit(text: string): Split {
  const parts = /^(\d{1,3})\/(\d{1,3})\/(\d{1,3})$/.exec(text)?.slice(1).map(BigInt);
  const [provider = 0n, platform = 0n, reserve = 0n] = parts ?? [];
  if (provider + platform + reserve !== 100n || provider === 0n)
    throw new RangeError(
      `not three whole percentages that make 100, the first of them more than none: ${text.slice(0, 40)}`,
    );
  return { provider, platform, reserve };
}

export function isSplit(text: string): boolean {
  try {
    parseSplit(text);
    return true;
  } catch {
    return false;
  }
}

export const formatSplit = ({ provider, platform, reserve }: Split): string =>
  `${provider}/${platform}/${reserve}`;

/** Domain formula: provider and platform are rounded down, the reserve is the rest, so that no unit is lost. */
export function sharesOf(total: Micros, split: Split): Shares {
  const provider = (total * split.provider) / 100n;
  const platform = (total * split.platform) / 100n;
  return {
    provider: toMicros(provider),
    platform: toMicros(platform),
    reserve: toMicros(total - provider - platform),
  };
}
