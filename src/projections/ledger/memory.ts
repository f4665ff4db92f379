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
}

export interface Posted {
  readonly memory: Memory;
  readonly entry?: Entry | undefined;
}

export const NO_MEMORY: Memory = {};
