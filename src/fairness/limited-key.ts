import {
  type CallLimit,
  giveBack,
  NO_PERMITS,
  type Permits,
  renew,
  type Taking,
  take,
} from '../kernel/permits.js';
import type { Clock } from '../ports/clock.js';
import type { PermitStore } from '../ports/permits.js';

/** A process that says nothing for so long holds nothing any more. */
export const LEASE_MS = 15_000;
const RETRIES = 16;

/**
 * What this process holds of one key, and the shared record of what all hold. One change at a time; the last version
 * seen is tried first, so that a key only this process uses costs one write a change.
 */
export class LimitedKey {
  private readonly own = new Set<string>();
  private known: { readonly permits: Permits; readonly version: number } = {
    permits: NO_PERMITS,
    version: 0,
  };
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly key: string,
    private readonly limit: CallLimit,
    private readonly store: PermitStore,
    private readonly clock: Clock,
  ) {}

  get isHeld(): boolean {
    return this.own.size > 0;
  }

  async take(holder: string): Promise<Taking> {
    let taking: Taking | undefined;
    await this.change((permits, now) => {
      taking = take(permits, this.limit, holder, now, LEASE_MS);
      return taking.taken ? taking.permits : undefined;
    });
    if (taking!.taken) this.own.add(holder);
    return taking!;
  }

  async giveBack(holder: string, unused: boolean): Promise<void> {
    this.own.delete(holder);
    await this.change((permits) =>
      holder in permits.holders ? giveBack(permits, holder, unused) : undefined,
    );
  }

  async renew(): Promise<void> {
    await this.change((permits) => permits);
  }

  /**
   * @param to undefined when nothing is to be changed after all; believed only of what was just read
   * @throws Error when the others keep changing it
   */
  private change(to: (permits: Permits, now: number) => Permits | undefined): Promise<void> {
    const mine = this.turn.then(async () => {
      for (let tries = 0; tries < RETRIES; tries++) {
        if (tries > 0) this.known = await this.store.load(this.key);
        const now = this.clock.now();
        const next = to(renew(this.known.permits, this.own, now, LEASE_MS), now);
        if (!next && tries > 0) return;
        const version = next && (await this.store.save(this.key, next, this.known.version));
        if (next && version !== undefined) {
          this.known = { permits: next, version };
          return;
        }
      }
      throw new Error(`others kept changing the permits of ${this.key}`);
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}
