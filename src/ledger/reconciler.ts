import { isRefusal } from '../kernel/errors.js';
import type { Fence } from '../runtime/fence.js';
import type { RunningPart } from '../runtime/leased-parts.js';
import type { Log } from '../runtime/log.js';
import { pause } from '../runtime/pause.js';
import type { Reconciliation } from './reconciliation.js';

/** ms after the start, when the first one is made: what was in hand at a crash is taken up by then. */
const FIRST_MS = 20_000;

/** Reconciles again and again, in the one process that holds the lease. */
export class Reconciler implements RunningPart {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly reconciliation: Pick<Reconciliation, 'run'>,
    private readonly everyMs: number,
    private readonly lease: Pick<Fence, 'isCurrent'>,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    this.running = this.repeat();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async repeat(): Promise<void> {
    const { signal } = this.stopping;
    await pause(Math.min(FIRST_MS, this.everyMs), signal);
    while (!signal.aborted) {
      if (this.lease.isCurrent()) await this.once();
      await pause(this.everyMs, signal);
    }
  }

  /** A difference is for people: it is logged, kept and measured. What cannot be compared now is next time. */
  private async once(): Promise<void> {
    try {
      const { isClean, number, differenceMicro, findingCount, items } = await this.reconciliation.run();
      if (isClean) return;
      const causes = items
        .filter(({ explained }) => !explained)
        .map(({ kind, cause }) => `${kind}: ${cause}`);
      this.log.error({ number, differenceMicro, findingCount, causes }, 'the books differ');
    } catch (error) {
      const code = isRefusal(error) ? error.code : undefined;
      this.log.warn({ code, error: String(error) }, 'not reconciled');
    }
  }
}
