import type { LiveBus } from '../../ports/live.js';
import type { Sql } from '../../ports/sql.js';
import type { ClosedMessage } from '../../projections/workflows/closed-message.js';
import { closedOf } from '../../projections/workflows/queries.js';

/** ms between looks when no announcement comes: they may be lost. */
const LOOK_AGAIN = 1_000;

interface Waiter {
  readonly tell: (revision: number) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Tells those who wait that a run is closed. Its read model announces it; the row itself is looked at once at the
 * beginning, for what was announced before, and now and then, all that are waited for by one query.
 */
export class RunEndings {
  private readonly waiting = new Map<string, Set<Waiter>>();
  private fresh: string[] = [];
  private looking: NodeJS.Timeout | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly live: LiveBus,
  ) {}

  /** @returns revision of the row that says it is closed; undefined when none did within `waitMs` */
  of(workflowId: string, waitMs: number): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(patience);
        unsubscribe();
        this.leave(workflowId, waiter);
      };
      const tell = (revision: number | undefined) => {
        leave();
        resolve(revision);
      };
      const fail = (error: unknown) => {
        leave();
        reject(error);
      };
      const waiter: Waiter = { tell, fail };
      const patience = setTimeout(tell, waitMs, undefined);
      const unsubscribe = this.live.subscribe(`closed.${workflowId}`, (message) =>
        tell((message as ClosedMessage).revision),
      );
      this.enter(workflowId, waiter);
    });
  }

  private enter(workflowId: string, waiter: Waiter): void {
    const others = this.waiting.get(workflowId);
    if (others) others.add(waiter);
    else this.waiting.set(workflowId, new Set([waiter]));
    this.looking ??= setInterval(() => void this.look([...this.waiting.keys()]), LOOK_AGAIN).unref();
    this.fresh.push(workflowId);
    if (this.fresh.length === 1) setImmediate(() => void this.look(this.fresh.splice(0)));
  }

  private leave(workflowId: string, waiter: Waiter): void {
    const all = this.waiting.get(workflowId);
    all?.delete(waiter);
    if (all?.size === 0) this.waiting.delete(workflowId);
    if (this.waiting.size > 0) return;
    clearInterval(this.looking);
    this.looking = undefined;
  }

  private async look(workflowIds: readonly string[]): Promise<void> {
    try {
      for (const { workflow_id, revision } of await closedOf(this.sql, [...new Set(workflowIds)]))
        for (const { tell } of this.waiting.get(workflow_id) ?? []) tell(revision);
    } catch (error) {
      for (const id of workflowIds) for (const { fail } of this.waiting.get(id) ?? []) fail(error);
    }
  }
}
