/** What the engine must have done in many worlds together. A rule that nothing ever came near says nothing. */
export const DEEDS = [
  'run forked',
  'fork forked',
  'what was paid kept by a fork',
  'forked before it was settled',
  'forked though its rollback failed',
  'service given up for another',
  'dearer service offered',
  'done by another service',
  'left alone by its breaker',
  'workflow undone with its parent',
  'workflow undone two generations down',
  'payment given back',
  'hold reduced',
  'made in a batch',
  'batch cancelled',
  'batch made while it was cancelled',
  'withdrawn',
  'withdrawal given up',
  'transfer signed again',
  'paid out',
  'payout tried again',
  'earnings paid out',
  'approved under a mandate',
  'mandate not used',
  'unspent given back to a mandate',
] as const;

export type Deed = (typeof DEEDS)[number];
export type Deeds = Readonly<Partial<Record<Deed, number>>>;

export class DeedTally {
  readonly counts: Partial<Record<Deed, number>> = {};

  count(deed: Deed): void {
    this.counts[deed] = (this.counts[deed] ?? 0) + 1;
  }
}

/** Deeds that were never done, in all of these worlds together. */
export const neverDone = (total: Deeds): readonly Deed[] => DEEDS.filter((deed) => !total[deed]);
