import { FairShare } from '../kernel/fair-share.js';
import type { JobFlow, JobLimits, Permit } from '../ports/jobs.js';

/** A job of this flow may be taken now. */
export interface Turn {
  readonly flow: JobFlow;
  readonly permit: Permit;
}

const FREE: Permit = { release: () => undefined };
/** Those admitted first do not wait for more than so many others to be, one after the other. */
const ADMITTED_AT_ONCE = 8;
/** Asked for together, where nobody else waits: twice as many each time until one is refused, and one after that. */
const ASKED_TOGETHER = 64;
/** With more flows waiting, nothing goes past the queue: looking at all of them would cost more than it spares. */
const LOOKED_AT = 64;

/**
 * Whose job a worker takes next: fair between owners, by priority, within the limits. It knows how much waits, not
 * what, and may be wrong about it: the queue corrects it, and losing it loses nothing.
 */
export class JobTurns {
  private readonly share = new FairShare<JobFlow>();
  private readonly held = new Map<string, { readonly flow: JobFlow; readonly timer: NodeJS.Timeout }>();
  /** asked for at this moment, and whether something was released meanwhile that it may have waited for */
  private readonly asking = new Map<JobFlow, { released: boolean }>();
  private stopped = false;
  private together = 1;

  /** @param onReady called when there may be a turn again that there was not before */
  constructor(
    private readonly limits: JobLimits | undefined,
    private readonly onReady: () => void,
  ) {
    limits?.onRelease(({ owner, service }) => {
      const concerns = (flow: JobFlow) =>
        flow.owner === owner || (service !== undefined && flow.service === service);
      for (const { flow } of this.held.values()) if (concerns(flow)) this.free(flow.key);
      for (const [flow, asked] of this.asking) if (concerns(flow)) asked.released = true;
    });
  }

  add(flow: JobFlow, count = 1): void {
    this.share.add(flow, count);
    this.onReady();
  }

  /** So much waits, as the queue says. */
  set(flow: JobFlow, waiting: number): void {
    this.share.set(flow, waiting);
    if (waiting > 0) this.onReady();
  }

  waiting(key: string): number {
    return this.share.waiting(key);
  }

  /** keys of all that is known to wait */
  get keys(): readonly string[] {
    return [...this.share.all()].map(({ flow }) => flow.key);
  }

  /** whether nobody has a turn to come who is not held */
  get isIdle(): boolean {
    return this.share.isEmpty;
  }

  /** At most `count` turns, fewer when fewer may be taken now. */
  async take(count: number): Promise<readonly Turn[]> {
    const only = this.limits && this.share.only;
    if (only) return this.takeOf(only, Math.min(count, this.together, this.share.waiting(only.key)));
    const turns: Turn[] = [];
    // one after the other: what is refused is held before the next is picked, so that its turn is not lost
    while (turns.length < (this.limits ? Math.min(count, ADMITTED_AT_ONCE) : count)) {
      const flow = this.share.next();
      if (!flow) break;
      const turn = this.limits ? await this.admit(flow) : { flow, permit: FREE };
      if (turn) turns.push(turn);
    }
    return turns;
  }

  /**
   * A turn for a job that is in no queue, where none waits that might have had it. It counts like any other.
   * @param hands that are free: where each that waits is about to have one of its own, nobody is overtaken
   * @returns undefined also when the limits do not let the flow go on at this moment
   */
  async takePastQueue(flow: JobFlow, hands: number): Promise<Turn | undefined> {
    if (!this.nobodyWaitsFor(flow, hands)) return undefined;
    this.share.add(flow);
    this.share.take(flow);
    if (!this.limits) return { flow, permit: FREE };
    const admission = await this.limits.admit(flow);
    if (admission.admitted) return { flow, permit: admission.permit };
    this.share.refund(flow);
    return undefined;
  }

  /** A turn that came to nothing: the job is not there any more. */
  miss({ flow, permit }: Turn): void {
    permit.release('unused');
    this.share.refund(flow);
  }

  stop(): void {
    this.stopped = true;
    for (const { timer } of this.held.values()) clearTimeout(timer);
  }

  /** Those who are held wait for a limit of their own: who has no part in it takes nothing from them. */
  private nobodyWaitsFor({ owner, service }: JobFlow, hands: number): boolean {
    if (this.held.size > LOOKED_AT) return false;
    for (const { flow } of this.held.values())
      if (flow.owner === owner || (service !== undefined && flow.service === service)) return false;
    if (this.isIdle) return true;
    let [flows, waiting] = [0, 0];
    for (const one of this.share.all()) {
      if (++flows > LOOKED_AT) return false;
      if (!one.held) waiting += one.waiting;
    }
    return waiting < hands;
  }

  /** Nobody else waits: who is admitted can be asked for all of them together, and the turns are taken after that. */
  private async takeOf(flow: JobFlow, count: number): Promise<readonly Turn[]> {
    const asked = { released: false };
    this.asking.set(flow, asked);
    const asking = Array.from({ length: count }, () => this.limits!.admit(flow));
    const admissions = await Promise.all(asking).finally(() => this.asking.delete(flow));
    const turns: Turn[] = [];
    let retryIn: number | undefined;
    for (const admission of admissions) {
      if (!admission.admitted) retryIn = Math.min(admission.retryIn, retryIn ?? admission.retryIn);
      else if (this.share.waiting(flow.key) === 0) admission.permit.release('unused');
      else {
        // of this flow, also when somebody has come meanwhile who would be next
        this.share.take(flow);
        turns.push({ flow, permit: admission.permit });
      }
    }
    this.together = retryIn === undefined ? Math.min(2 * this.together, ASKED_TOGETHER) : 1;
    if (retryIn === undefined) return turns;
    // an answer older than a release is no reason to wait
    if (asked.released) this.onReady();
    else {
      this.share.hold(flow);
      this.freeIn(flow, retryIn);
    }
    return turns;
  }

  private async admit(flow: JobFlow): Promise<Turn | undefined> {
    const asked = { released: false };
    this.asking.set(flow, asked);
    const admission = await this.limits!.admit(flow).finally(() => this.asking.delete(flow));
    if (admission.admitted) return { flow, permit: admission.permit };
    this.share.refund(flow);
    // an answer older than a release is no reason to wait while those behind it go first
    if (asked.released) {
      this.share.add(flow);
      return undefined;
    }
    this.share.hold(flow);
    this.share.add(flow);
    this.freeIn(flow, admission.retryIn);
    return undefined;
  }

  private freeIn(flow: JobFlow, ms: number): void {
    clearTimeout(this.held.get(flow.key)?.timer);
    if (this.stopped) return;
    const timer = setTimeout(() => this.free(flow.key), Math.max(1, ms));
    this.held.set(flow.key, { flow, timer });
  }

  private free(key: string): void {
    clearTimeout(this.held.get(key)?.timer);
    this.held.delete(key);
    this.share.free(key);
    this.onReady();
  }
}
