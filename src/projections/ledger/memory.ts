import type { Entry } from './entry.js';

/** What later events of a stream need to know of earlier ones; JSON. */
export interface Memory {
  /** of a payment: what it was quoted last */
  readonly quote?: {
    readonly userId: string;
    readonly amount: string;
    readonly serviceId: string;
  };
  /** bytes are out that may still land */
  readonly isSent?: true;
  /** of a settlement: what is out that may still land, by attempt */
  readonly payouts?: Readonly<Record<number, string>>;
}

export interface Posted {
  readonly memory: Memory;
  readonly entry?: Entry | undefined;
}

export const NO_MEMORY: Memory = {};
