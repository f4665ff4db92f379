import type { Lease } from '../ports/leases.js';
import { type Fence, widelyHeard } from './fence.js';

/** The holder stops this much before the store would let another one in: its clock may run a little slower. */
const CAUTION = 0.9;

/**
 * A lease in the hands of its holder, counted by a clock that no setting of the time moves and that goes on while the
 * process is paused.
 */
export class HeldLease implements Lease, Fence {
  readonly resource: string;
  readonly epoch: number;
  private readonly end = widelyHeard();
  private until = 0;

  /**
   * @param asked performance.now() before it was asked for
   * @param since number of the last renewal that was asked for before it was given: those do not know of it
   */
  constructor(
    { resource, epoch }: Lease,
    asked: number,
    ttlMs: number,
    readonly since = 0,
  ) {
    this.resource = resource;
    this.epoch = epoch;
    this.renewed(asked, ttlMs);
  }

  get lost(): AbortSignal {
    return this.end.signal;
  }

  isCurrent(): boolean {
    return performance.now() < this.until;
  }

  is({ resource, epoch }: Lease): boolean {
    return resource === this.resource && epoch === this.epoch;
  }

  renewed(asked: number, ttlMs: number): void {
    if (!this.lost.aborted) this.until = asked + ttlMs * CAUTION;
  }

  lose(): void {
    this.until = Number.NEGATIVE_INFINITY;
    this.end.abort();
  }
}
