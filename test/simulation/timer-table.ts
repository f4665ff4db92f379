import { MemoryCheckpointStore } from '../../src/adapters/memory/checkpoint-store.js';
import { MemoryLeaseStore } from '../../src/adapters/memory/lease-store.js';
import type { Position } from '../../src/kernel/event.js';
import { LIMITS } from '../../src/kernel/limits.js';
import type { CheckpointStore, Claim, Move } from '../../src/ports/checkpoints.js';
import type { Absent, Lease, LeaseStore, Member, Roll } from '../../src/ports/leases.js';
import { GUARD, type Timer, type TimerStore } from '../../src/ports/timers.js';
import type { Eavesdropper } from './eavesdropper.js';
import type { Network } from './network.js';

interface Entry {
  readonly timer: Timer;
  leasedUntil: number;
}

/**
 * Durable timers. Who asks when none is due is answered when one is: the runner's polling would else be most of what
 * happens in a simulated quarter of an hour.
 */
export class TimerTable implements TimerStore {
  readonly entries = new Map<string, Entry>();
  private readonly waiting = new Set<() => void>();

  constructor(
    protected readonly network: Network,
    private readonly eavesdropper: Eavesdropper,
  ) {}

  set(timers: readonly Timer[]): Promise<void> {
    this.eavesdropper.overheard('a timer', timers);
    return this.network.call('set timers', () => {
      for (const timer of timers)
        this.entries.set(timer.id, { timer: structuredClone(timer), leasedUntil: Number.NEGATIVE_INFINITY });
      for (const look of [...this.waiting]) look();
    });
  }

  cancel(ids: readonly string[]): Promise<void> {
    return this.network.call('cancel timers', () => {
      for (const id of ids) this.entries.delete(id);
    });
  }

  cancelPrefix(prefix: string): Promise<void> {
    return this.network.call('cancel timers', () => {
      for (const id of [...this.entries.keys()]) if (id.startsWith(prefix)) this.entries.delete(id);
    });
  }

  inherit(): Promise<void> {
    return this.network.call('inherit timers', () => {
      for (const [id, { timer }] of this.entries)
        this.entries.set(id, {
          timer: id.startsWith(GUARD) ? { ...timer, dueAt: 0 } : timer,
          leasedUntil: Number.NEGATIVE_INFINITY,
        });
      for (const look of [...this.waiting]) look();
    });
  }

  due(now: number, limit: number): Promise<readonly Timer[]> {
    const { scheduler } = this.network;
    const owner = scheduler.current;
    const skew = now - scheduler.now;
    return new Promise((resolve) => {
      let cancel: (() => void) | undefined;
      const look = () => {
        const at = scheduler.now + skew;
        const due = owner?.alive ? this.claim(at, limit) : [];
        if (due.length > 0 || !owner?.alive) {
          this.waiting.delete(look);
          cancel?.();
          scheduler.after(this.network.delay(), owner, 'timers due', () => resolve(due));
          return;
        }
        cancel?.();
        let next = Number.POSITIVE_INFINITY;
        for (const { timer, leasedUntil } of this.entries.values())
          next = Math.min(next, Math.max(timer.dueAt, leasedUntil));
        if (next < Number.POSITIVE_INFINITY)
          cancel = scheduler.after(Math.max(1, next - at), undefined, 'look at timers', look);
      };
      this.waiting.add(look);
      look();
    });
  }

  done(timer: Timer): Promise<void> {
    return this.network.call('timer done', () => {
      if (this.entries.get(timer.id)?.timer.dueAt === timer.dueAt) this.entries.delete(timer.id);
    });
  }

  again(timer: Timer, dueAt: number): Promise<void> {
    return this.network.call('timer again', () => {
      if (this.entries.get(timer.id)?.timer.dueAt !== timer.dueAt) return;
      this.entries.set(timer.id, {
        timer: { ...structuredClone(timer), dueAt },
        leasedUntil: Number.NEGATIVE_INFINITY,
      });
      for (const look of [...this.waiting]) look();
    });
  }

  /** ids of those that fire until they are cancelled */
  get repeating(): readonly string[] {
    return [...this.entries.values()].flatMap(({ timer: { id, action } }) =>
      action.do === 'job' && action.every !== undefined ? [id] : [],
    );
  }

  private claim(at: number, limit: number): readonly Timer[] {
    const claimed = [...this.entries.values()]
      .filter(({ timer, leasedUntil }) => timer.dueAt <= at && leasedUntil <= at)
      .sort((a, b) => a.timer.dueAt - b.timer.dueAt)
      .slice(0, limit);
    for (const entry of claimed) entry.leasedUntil = at + LIMITS.timerLease;
    return claimed.map(({ timer }) => structuredClone(timer));
  }
}

/** Where the sagas stand, behind the same unsafe way. */
export class Checkpoints implements CheckpointStore {
  private readonly memory = new MemoryCheckpointStore();

  constructor(private readonly network: Network) {}

  load(subscriber: string): Promise<Position | undefined> {
    return this.memory.load(subscriber);
  }

  claim(claims: readonly Claim[]): Promise<ReadonlyMap<string, Position | undefined>> {
    // a process that cannot read where it stands does not start at all, and is started again
    return this.network.call('claim checkpoint', () => this.memory.claim(claims), { steady: true });
  }

  save(moves: readonly Move[]): Promise<readonly string[]> {
    return this.network.call('save checkpoint', () => this.memory.save(moves));
  }
}

/** Who may work on what, by the clock of the world. */
export class Leases implements LeaseStore {
  private readonly memory: MemoryLeaseStore;

  constructor(
    private readonly network: Network,
    private readonly lives: (instance: string) => boolean,
  ) {
    this.memory = new MemoryLeaseStore(() => network.scheduler.now);
  }

  join(member: Member, ttlMs: number): Promise<void> {
    // a process that cannot join does not start at all, and is started again
    return this.network.call('join', () => this.memory.join(member, ttlMs), { steady: true });
  }

  renew(member: Member, ttlMs: number): Promise<Roll> {
    return this.network.call('renew leases', () => this.memory.renew(member, ttlMs));
  }

  acquire(member: Member, resources: readonly string[], ttlMs: number): Promise<readonly Lease[]> {
    return this.network.call('acquire leases', () => this.memory.acquire(member, resources, ttlMs));
  }

  release(member: Member, leases: readonly Lease[]): Promise<void> {
    return this.network.call('release leases', () => this.memory.release(member, leases));
  }

  /** Of a process that crashed, or of one that lives and will be heard again. */
  hangUp(instance: string): void {
    this.memory.hangUp(instance);
  }

  onHangUp(member: Member, told: () => void): void {
    this.memory.onHangUp(member, told);
  }

  look(member: Member): Promise<readonly Absent[]> {
    return this.network.call('look for members', () => this.memory.look(member));
  }

  remove(absent: readonly Absent[]): Promise<void> {
    return this.network.call('remove members', () => {
      for (const { instance } of absent)
        this.network.faults.met(this.lives(instance), 'living process taken for dead');
      return this.memory.remove(absent);
    });
  }

  leave(member: Member): Promise<void> {
    return this.network.call('leave', () => this.memory.leave(member));
  }
}
