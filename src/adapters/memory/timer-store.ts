import { LIMITS } from '../../kernel/limits.js';
import { GUARD, type Timer, type TimerStore } from '../../ports/timers.js';
import { assertPrefix } from '../timer-prefix.js';

interface Entry {
  readonly timer: Timer;
  leasedUntil: number;
}

export class MemoryTimerStore implements TimerStore {
  private readonly entries = new Map<string, Entry>();

  async set(timers: readonly Timer[]): Promise<void> {
    for (const timer of timers)
      this.entries.set(timer.id, { timer: structuredClone(timer), leasedUntil: Number.NEGATIVE_INFINITY });
  }

  async cancel(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.entries.delete(id);
  }

  async cancelPrefix(prefix: string): Promise<void> {
    assertPrefix(prefix);
    for (const id of [...this.entries.keys()]) if (id.startsWith(prefix)) this.entries.delete(id);
  }

  async due(now: number, limit: number): Promise<readonly Timer[]> {
    const claimed = [...this.entries.values()]
      .filter((entry) => entry.timer.dueAt <= now && entry.leasedUntil <= now)
      .sort((a, b) => a.timer.dueAt - b.timer.dueAt)
      .slice(0, limit);
    for (const entry of claimed) entry.leasedUntil = now + LIMITS.timerLease;
    return claimed.map((entry) => structuredClone(entry.timer));
  }

  async inherit(): Promise<void> {
    for (const [id, { timer }] of this.entries)
      this.entries.set(id, {
        timer: id.startsWith(GUARD) ? { ...timer, dueAt: 0 } : timer,
        leasedUntil: Number.NEGATIVE_INFINITY,
      });
  }

  async done(timer: Timer): Promise<void> {
    if (this.entries.get(timer.id)?.timer.dueAt === timer.dueAt) this.entries.delete(timer.id);
  }

  async again(timer: Timer, dueAt: number): Promise<void> {
    if (this.entries.get(timer.id)?.timer.dueAt === timer.dueAt) await this.set([{ ...timer, dueAt }]);
  }
}
