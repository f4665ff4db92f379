import { LRUCache } from 'lru-cache';
import { Refusal } from '../kernel/errors.js';
import { growing } from '../kernel/growing.js';
import type { Clock } from '../ports/clock.js';

/** Lets a user open another workflow, or refuses. */
export interface Admission {
  /** @throws Refusal RATE_LIMITED {limit, open} when as many are open as may be */
  admit(userId: string, workflowId: string): Promise<void>;
  /** It was not created after all. */
  withdraw(userId: string, workflowId: string): void;
}

/** Creates a workflow whose id is chosen, if its user may have another. */
export async function admitted<T>(
  openRuns: Admission | undefined,
  userId: string,
  workflowId: string,
  create: () => Promise<T>,
): Promise<T> {
  await openRuns?.admit(userId, workflowId);
  try {
    return await create();
  } catch (error) {
    openRuns?.withdraw(userId, workflowId);
    throw error;
  }
}

/** Counts the open workflows of a user in the read model, and tells which of `ids` it knows, at one moment. */
export type CountOpen = (
  userId: string,
  ids: readonly string[],
) => Promise<{ readonly open: number; readonly known: readonly string[] }>;

interface Count {
  readonly open: number;
  readonly at: number;
}

interface Seen {
  /** what the read model said last */
  count: Count | undefined;
  asking: Promise<void> | undefined;
  /** admitted here and unknown to the read model when it was asked, with the time */
  readonly here: Map<string, number>;
}

const USERS = 10_000;
/** ms; others may have opened some meanwhile, so it is asked again */
const FRESH = 1_000;
/** ms between two questions for a user who stands at the limit */
const PACE = 100;
/** ms after which what was admitted and never became known is taken for never created */
const LOST = 60_000;

/**
 * T01. The read model is not asked for each workflow: what it said last, and all that was admitted here since, is
 * never less than what this process knows to be open, and as long as that is below the limit, nobody waits. At the
 * limit it is asked, at most ten times a second.
 *
 * How exact: calls of one process never get past the limit, however they race. Calls of several processes may, by
 * what the others admit between two looks (a second) and what the read model has not caught up with. A run that has
 * just closed counts until the read model knows.
 */
export class OpenRuns implements Admission {
  private readonly users = new LRUCache<string, Seen>(growing(USERS));

  constructor(
    private readonly countOpen: CountOpen,
    private readonly clock: Clock,
    /** 0: none */
    private readonly limit: number,
  ) {}

  async admit(userId: string, workflowId: string): Promise<void> {
    if (this.limit === 0) return;
    const seen = this.seen(userId);
    const age = () => this.clock.now() - (seen.count?.at ?? Number.NEGATIVE_INFINITY);
    if (!seen.count) await this.ask(userId, seen);
    else if (this.isFull(seen) && age() >= PACE) await this.ask(userId, seen);
    // the answer is for the next one: whoever really needs it meets the same error, and says so
    else if (age() >= FRESH) this.ask(userId, seen).catch(() => undefined);
    if (this.isFull(seen)) throw this.refusal(seen);
    seen.here.set(workflowId, this.clock.now());
  }

  withdraw(userId: string, workflowId: string): void {
    this.users.get(userId)?.here.delete(workflowId);
  }

  private seen(userId: string): Seen {
    const known = this.users.get(userId);
    if (known) return known;
    const seen: Seen = { count: undefined, asking: undefined, here: new Map() };
    this.users.set(userId, seen);
    return seen;
  }

  private readonly openOf = ({ count, here }: Seen): number => (count?.open ?? 0) + here.size;

  private readonly isFull = (seen: Seen): boolean => this.openOf(seen) >= this.limit;

  /** One question at a time for a user, whoever wants to know. */
  private ask(userId: string, seen: Seen): Promise<void> {
    seen.asking ??= this.look(userId, seen).finally(() => {
      seen.asking = undefined;
    });
    return seen.asking;
  }

  private async look(userId: string, seen: Seen): Promise<void> {
    const { open, known } = await this.countOpen(userId, [...seen.here.keys()]);
    const now = this.clock.now();
    for (const id of known) seen.here.delete(id);
    for (const [id, at] of seen.here) if (now - at > LOST) seen.here.delete(id);
    seen.count = { open, at: now };
  }

  private refusal(seen: Seen): Refusal {
    const { limit } = this;
    return new Refusal(
      'RATE_LIMITED',
      `At most ${limit} workflows of one user are open at once. Wait until some have ended, or cancel them.`,
      { limit, open: this.openOf(seen), retryAfterSeconds: 1 },
      'retryable',
    );
  }
}
