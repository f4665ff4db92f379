import type { WebSocket } from 'ws';
import { LIMITS } from '../../kernel/limits.js';
import { isoTime } from '../../kernel/time.js';
import { closedBefore, timelineFrom, wireMessage } from '../../projections/timeline/queries.js';
import type { ApiDependencies } from '../dependencies.js';
import { Backlog } from './backlog.js';
import { closings } from './closings.js';

/** ms between looks when no announcement comes: they may be lost. */
const LOOK_AGAIN = 2_000;

/**
 * Brings one client everything of a workflow from a sequence number on. What is durable is always read from the
 * timeline, in order, by number: announcements only say when to look, so that neither a lost nor a doubled one
 * makes a gap or a duplicate. Progress is passed on as it comes and has no number.
 */
export class Follower {
  private next: number;
  private stopped = false;
  private announced = false;
  private wake: (() => void) | undefined;
  private readonly backlog: Backlog;
  private readonly unsubscribe: readonly (() => void)[];

  constructor(
    private readonly api: Pick<ApiDependencies, 'sql' | 'live' | 'clock'>,
    private readonly client: WebSocket,
    private readonly opening: {
      readonly workflowId: string;
      readonly from: number;
      readonly untilClosed: boolean;
    },
  ) {
    const { workflowId, from } = opening;
    this.next = from;
    this.backlog = new Backlog(client, () => this.stop());
    this.backlog.send({ type: 'connected', workflowId, data: { from }, timestamp: isoTime(api.clock.now()) });
    this.unsubscribe = [
      api.live.subscribe(`timeline.${workflowId}`, () => this.announce()),
      api.live.subscribe(`progress.${workflowId}`, (message) => this.progress(message)),
    ];
  }

  async run(): Promise<void> {
    while (!this.stopped) {
      const full = await this.bring();
      if (!full && !this.stopped) await this.announcement();
    }
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    for (const end of this.unsubscribe) end();
    this.wake?.();
  }

  /** @returns whether there may be more to bring at once */
  private async bring(): Promise<boolean> {
    await this.backlog.room();
    if (this.stopped) return false;
    const { workflowId, untilClosed } = this.opening;
    const rows = await timelineFrom(this.api.sql, workflowId, this.next, LIMITS.pageMax);
    if (untilClosed && rows.length === 0 && (await closedBefore(this.api.sql, workflowId, this.next)))
      this.end();
    for (const row of rows) {
      if (this.stopped) return false;
      this.backlog.send(wireMessage(row));
      this.next = row.seq + 1;
      if (untilClosed && row.type === 'workflow.closed') this.end();
    }
    return rows.length === LIMITS.pageMax;
  }

  private end(): void {
    this.stop();
    this.client.close(closings.closed.code, closings.closed.reason);
  }

  private announce(): void {
    this.announced = true;
    this.wake?.();
  }

  private progress(message: unknown): void {
    if (this.stopped || typeof message !== 'object' || message === null) return;
    const { type = 'step.progress', ...data } = message as Record<string, unknown>;
    const { workflowId } = this.opening;
    this.backlog.send({ type, workflowId, data, timestamp: isoTime(this.api.clock.now()) });
  }

  private async announcement(): Promise<void> {
    if (!this.announced)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_AGAIN);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.announced = false;
    this.wake = undefined;
  }
}
