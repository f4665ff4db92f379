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

interface Asked {
  readonly to: Change;
  done(): void;
  fail(error: unknown): void;
}

/**
 * What this process holds of one key, and the shared record of what all hold. One change at a time; the last version
 * seen is tried first, so that a key only this process uses costs one write a change. A place that is given back here
 * and taken here a moment later costs none: it stands in the record all the while.
 */
export class LimitedKey {
  /** places in the record, by the name they stand under */
  private readonly own = new Set<string>();
  /** where the name is not the holder's own */
  private readonly names = new Map<string, string>();
  /** places nobody here holds any more, of which the record does not know yet */
  private readonly leaving = new Map<string, Asked>();
  private known: { readonly permits: Permits; readonly version: number } = {
    permits: NO_PERMITS,
    version: 0,
  };
  /** when all of ours was last said to be under way */
  private saidAt = Number.NEGATIVE_INFINITY;
  private asked: Asked[] = [];
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
    if (this.takeOver(holder)) return { taken: true };
    let taking: Taking | undefined;
    await this.change((draft) => {
      taking = take(draft, this.limit, holder, LEASE_MS);
      return taking.taken;
    });
    if (taking!.taken) this.own.add(holder);
    return taking!;
  }

  /** Whoever asks here from now on finds it free; the others learn of it with the next change, or a moment later. */
  giveBack(holder: string, unused: boolean): Promise<void> {
    const name = this.names.get(holder) ?? holder;
    this.names.delete(holder);
    this.own.delete(name);
    return new Promise((done, fail) => {
      this.leaving.set(name, { to: (draft) => giveBack(draft, name, unused), done, fail });
      if (!this.isChanging) this.later ??= setTimeout(() => void this.changeAll(), LATER_MS);
    });
  }

  /** Writes what waits for the next change. */
  async flush(): Promise<void> {
    if (this.asked.length + this.leaving.size > 0) await this.renew();
  }

  async renew(): Promise<void> {
    await this.change(() => true);
  }

  /** A place that is leaving is the next holder's, unless its call has to be counted, or others may have forgotten it. */
  private takeOver(holder: string): boolean {
    if (this.limit.perMinute !== undefined || this.clock.now() - this.saidAt > LEASE_MS / 2) return false;
    for (const [name, { done }] of this.leaving) {
      this.leaving.delete(name);
      this.own.add(name);
      this.names.set(holder, name);
      done();
      return true;
    }
    return false;
  }

  /** @param to that it changed nothing is believed only of what was just read */
  private change(to: Change): Promise<void> {
    return new Promise((done, fail) => {
      this.asked.push({ to, done, fail });
      if (!this.isChanging) void this.changeAll();
    });
  }

  /** What is asked for while one change is on its way is the next one, all of it together. */
  private async changeAll(): Promise<void> {
    this.isChanging = true;
    clearTimeout(this.later);
    this.later = undefined;
    do {
      // who leaves makes room for who comes
      const asked = [...this.leaving.values(), ...this.asked.splice(0)];
      this.leaving.clear();
      if (asked.length === 0) break;
      try {
        await this.changeTogether(asked.map(({ to }) => to));
        for (const { done } of asked) done();
      } catch (error) {
        for (const { fail } of asked) fail(error);
      }
    } while (this.asked.length > 0);
    this.isChanging = false;
    if (this.leaving.size > 0) this.later = setTimeout(() => void this.changeAll(), LATER_MS);
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
      if (unchanged === changes.length && tries > 0 && !draft.isCorrected) return;
      if (unchanged > 0 && tries === 0) continue;
      const next = permitsOf(draft);
      const version = await this.store.save(this.key, next, this.known.version);
      if (version === undefined) continue;
      this.known = { permits: next, version };
      this.saidAt = now;
      return;
    }
    throw new Error(`others kept changing the permits of ${this.key}`);
  }
}
