import { setMaxListeners } from 'node:events';

/** The right to act on something that one process at a time works on. */
export interface Fence {
  /** what is written under a lower one than the store has seen is refused */
  readonly epoch: number;
  /** false when the lease may have run out, by this process's own clock: wait until it is renewed or lost */
  isCurrent(): boolean;
  /** raised when another process has it, or may have */
  readonly lost: AbortSignal;
}

/** A signal that many wait for at once. */
export const widelyHeard = (): AbortController => {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
};

/** For what has no rival: tests, and programs that do one thing alone. */
export const UNRIVALLED: Fence = { epoch: 0, isCurrent: () => true, lost: widelyHeard().signal };
