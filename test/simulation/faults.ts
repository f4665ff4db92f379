/** Every kind of trouble a world may meet. A run of many worlds in which one of them never came is no proof of anything. */
export const FAULTS = [
  'request lost',
  'answer lost',
  'message late',
  'live message lost',
  'job handed over',
  'job doubled',
  'job late',
  'jobs reordered',
  'acknowledgement lost',
  'call held by a limit',
  'queue wiped',
  'process crashed',
  'process retired',
  'process paused',
  'process paused past a lease',
  'clock jumped',
  'living process taken for dead',
  'store conflict',
  'store conflict without cause',
  'service failed',
  'service away',
  'service refused',
  'service slow',
  'service asked too much',
  'service named another recipient',
  'service kept the payment',
  'service lied of a payment',
  'undoing failed',
  'recipient not ready',
  'fees unpayable',
  'transfer would fail',
  'transfer dropped',
  'transfer late',
  'transfer failed',
  'chain late',
  'planner failed',
  'planner slow',
  'planner lied',
  'catalogue lied',
] as const;

export type Fault = (typeof FAULTS)[number];

/** How often each kind was really met. */
export class FaultTally {
  readonly counts: Partial<Record<Fault, number>> = {};

  count(fault: Fault): void {
    this.counts[fault] = (this.counts[fault] ?? 0) + 1;
  }

  /** Counts it if it happens. */
  met(happens: boolean, fault: Fault): boolean {
    if (happens) this.count(fault);
    return happens;
  }
}

/** Kinds that never came, in all of these worlds together. */
export const neverMet = (total: Readonly<Partial<Record<Fault, number>>>): readonly Fault[] =>
  FAULTS.filter((fault) => !total[fault]);
