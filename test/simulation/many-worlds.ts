import { type Deed, neverDone } from './deeds.js';
import { type Fault, neverMet } from './faults.js';
import { simulate } from './world.js';

/** What many worlds came to, one after another. */
export interface Chronicle {
  /** seeds under which a rule did not hold, and which */
  readonly broken: readonly string[];
  /** how runs ended, each once */
  readonly ends: readonly string[];
  readonly payments: number;
  /** kinds of faults that came in none of them */
  readonly neverMet: readonly Fault[];
  /** and what was done in none of them */
  readonly neverDone: readonly Deed[];
}

export async function manyWorlds(from: number, count: number): Promise<Chronicle> {
  const broken: string[] = [];
  const ends = new Set<string>();
  const faults: Partial<Record<Fault, number>> = {};
  const deeds: Partial<Record<Deed, number>> = {};
  let payments = 0;
  for (let seed = from; seed < from + count; seed++) {
    const outcome = await simulate(seed);
    if (outcome.broken) broken.push(`seed ${seed} (trace ${outcome.hash}): ${outcome.broken.message}`);
    for (const end of outcome.outcomes) ends.add(end);
    for (const [fault, times] of Object.entries(outcome.faults) as [Fault, number][])
      faults[fault] = (faults[fault] ?? 0) + times;
    for (const [deed, times] of Object.entries(outcome.deeds) as [Deed, number][])
      deeds[deed] = (deeds[deed] ?? 0) + times;
    payments += outcome.payments;
  }
  return {
    broken,
    ends: [...ends].sort(),
    payments,
    neverMet: neverMet(faults),
    neverDone: neverDone(deeds),
  };
}
