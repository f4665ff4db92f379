import {
  type CallLimit,
  draftOf,
  giveBack,
  NO_PERMITS,
  type PermitDraft,
  type Permits,
  permitsOf,
  type Taking,
  take,
} from '../kernel/permits.js';
import type { Clock } from '../ports/clock.js';
import type { PermitStore } from '../ports/permits.js';

/** A process that says nothing for so long holds nothing any more. */
export const LEASE_MS = 15_000;
const RETRIES = 16;
/** What is given back waits so long for a change to go with: calls that follow one another need one write each. */
const LATER_MS = 10;

/** @returns false when nothing was to be changed after all */
type Change = (draft: PermitDraft) => boolean;

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
  private asked: { readonly to: Change; done(): void; fail(error: unknown): void }[] = [];
  private isUrgent = false;
  private isChanging = false;
  private later: NodeJS.Timeout | undefined;

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
    await this.change((draft) => {
      taking = take(draft, this.limit, holder, LEASE_MS);
      return taking.taken;
    });
    if (taking!.taken) this.own.add(holder);
    return taking!;
  }

  /** Whoever asks here from now on finds it free; the others learn of it with the next change, or a moment later. */
  async giveBack(holder: string, unused: boolean): Promise<void> {
    this.own.delete(holder);
    await this.change((draft) => giveBack(draft, holder, unused), false);
  }

  /** Writes what waits for the next change. */
  async flush(): Promise<void> {
    if (this.asked.length > 0) await this.change(() => true);
  }

  async renew(): Promise<void> {
    await this.change(() => true);
  }

  /** @param to that it changed nothing is believed only of what was just read */
  private change(to: Change, isUrgent = true): Promise<void> {
    return new Promise((done, fail) => {
      this.asked.push({ to, done, fail });
      this.isUrgent ||= isUrgent;
      if (this.isChanging) return;
      if (this.isUrgent) void this.changeAll();
      else this.later ??= setTimeout(() => void this.changeAll(), LATER_MS);
    });
  }

  /** What is asked for while one change is on its way is the next one, all of it together. */
  private async changeAll(): Promise<void> {
    this.isChanging = true;
    clearTimeout(this.later);
    this.later = undefined;
    do {
      this.isUrgent = false;
      const asked = this.asked.splice(0);
      try {
        await this.changeTogether(asked.map(({ to }) => to));
        for (const { done } of asked) done();
      } catch (error) {
        for (const { fail } of asked) fail(error);
      }
    } while (this.isUrgent);
    this.isChanging = false;
    if (this.asked.length > 0) this.later = setTimeout(() => void this.changeAll(), LATER_MS);
  }

  /** @throws Error when the others keep changing it */
  private async changeTogether(changes: readonly Change[]): Promise<void> {
    for (let tries = 0; tries < RETRIES; tries++) {
      if (tries > 0) this.known = await this.store.load(this.key);
      const now = this.clock.now();
      const draft = draftOf(this.known.permits, this.own, now, LEASE_MS);
      let unchanged = 0;
      for (const to of changes) if (!to(draft)) unchanged++;
      // what was remembered is no reason to do nothing: the others may have moved on
      if (unchanged === changes.length && tries > 0) return;
      if (unchanged > 0 && tries === 0) continue;
      const next = permitsOf(draft);
      const version = await this.store.save(this.key, next, this.known.version);
      if (version === undefined) continue;
      this.known = { permits: next, version };
      return;
    }
    throw new Error(`others kept changing the permits of ${this.key}`);
  }
}
