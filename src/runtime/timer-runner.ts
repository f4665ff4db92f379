import { uuidv5 } from '../kernel/event.js';
import type { Clock } from '../ports/clock.js';
import type { JobQueue } from '../ports/jobs.js';
import type { Timer, TimerStore } from '../ports/timers.js';
import { Gate } from './gate.js';
import type { Log } from './log.js';
import { pause } from './pause.js';
import { persist } from './persist.js';
import type { Reactor } from './reactor.js';

const LOOK_EVERY_MS = 100;
const AT_ONCE = 200;

/** Fires due timers. A timer that was fired and not yet removed fires again: its command changes nothing then. */
export class TimerRunner {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private readonly firing = new Set<Promise<void>>();
  private readonly gate = new Gate(() => this.firing.size < AT_ONCE || this.stopping.signal.aborted);

  constructor(
    private readonly timers: TimerStore,
    private readonly reactor: Reactor,
    private readonly jobs: Pick<JobQueue, 'publish'>,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.gate.notify();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const due = await this.timers.due(this.clock.now(), AT_ONCE).catch((error: unknown) => {
        this.log.warn({ error: String(error) }, 'timers not readable');
        return [] as readonly Timer[];
      });
      for (const timer of due) this.begin(timer);
      await this.gate.pass();
      if (due.length < AT_ONCE) await pause(LOOK_EVERY_MS, this.stopping.signal);
    }
    await Promise.all(this.firing);
  }

  /** Nobody waits for a timer that cannot be fired yet: it tries on while the others fire. */
  private begin(timer: Timer): void {
    const fired = this.fire(timer).finally(() => {
      this.firing.delete(fired);
      this.gate.notify();
    });
    this.firing.add(fired);
  }

  private async fire(timer: Timer): Promise<void> {
    let refused = false;
    const done = await persist(() => this.act(timer), {
      signal: this.stopping.signal,
      log: this.log,
      what: `timer ${timer.id}`,
      refused: () => (refused = true),
    });
    if (!done && !refused) return;
    const next = nextOf(timer, this.clock.now());
    await (next === undefined ? this.timers.done(timer) : this.timers.again(timer, next)).catch(
      () => undefined,
    );
  }

  private act({ id, dueAt, action }: Timer): Promise<void> {
    if (action.do === 'job') {
      const { job, every } = action;
      return this.jobs.publish([every === undefined ? job : { ...job, id: `${job.id}/${dueAt}` }]);
    }
    return this.reactor.send(
      { category: action.category, id: action.aggregateId, command: action.command },
      {
        commandId: uuidv5(`timer/${id}/${dueAt}`),
        correlationId: action.correlationId,
        actor: { type: 'timer', id },
      },
      dueAt,
    );
  }
}

/** When it is due next. Until it was moved there it counts as fired: a crash in between fires it once more, and loses nothing. */
function nextOf({ action, dueAt }: Timer, now: number): number | undefined {
  if (action.do !== 'job' || action.every === undefined) return undefined;
  return Math.max(now, dueAt) + action.every;
}
