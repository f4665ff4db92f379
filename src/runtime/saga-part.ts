import { comparePositions, type Position } from '../kernel/event.js';
import type { Move } from '../ports/checkpoints.js';
import { type Fence, widelyHeard } from './fence.js';
import { pause } from './pause.js';
import { Watermark } from './watermark.js';

const LOOK_EVERY_MS = 50;
/** A part without events of its own is saved this many times less often: all it saves is reading them over. */
const QUIET_SAVES = 10;

/** One part of one saga in one process: what of it is under way, and up to where it is done. */
export class SagaPart {
  /** raised when nothing more of it is to be tried: the process stops, or has lost it */
  private readonly ending = widelyHeard();
  private readonly watermark: Watermark;
  private readonly open = new Set<Promise<void>>();
  private saved: Position | undefined;
  private busy = false;
  private looks = 0;

  constructor(
    private readonly subscriber: string,
    private readonly fence: Fence,
    private readonly begins: Position | undefined,
  ) {
    this.saved = begins;
    this.watermark = new Watermark(begins);
    if (fence.lost.aborted) this.end();
    else fence.lost.addEventListener('abort', () => this.end(), { once: true, signal: this.signal });
  }

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** events whose reactions are under way */
  get pending(): number {
    return this.open.size;
  }

  /** Whether an event at `position` is for it to handle: not after its end, nor what was done before it began. */
  wants(position: Position): boolean {
    if (this.signal.aborted) return false;
    return this.begins === undefined || comparePositions(position, this.begins) > 0;
  }

  /** @param work resolves to whether all of it was done; the checkpoint stays before what was not */
  run(position: Position, work: () => Promise<boolean>): Promise<void> {
    const done = this.watermark.begin(position);
    this.busy = true;
    const running = work().then((handled) => {
      if (handled) done();
    });
    this.open.add(running);
    const leave = () => this.open.delete(running);
    running.then(leave, leave);
    return running;
  }

  /** All events up to `position` have been handed out. */
  reached(position: Position): void {
    if (!this.signal.aborted) this.watermark.reached(position);
  }

  get isCurrent(): boolean {
    return this.fence.isCurrent();
  }

  /** @returns false when it has ended; while the lease may have run out, it waits to know */
  async mayAct(): Promise<boolean> {
    while (!this.fence.isCurrent() && !this.signal.aborted) await pause(LOOK_EVERY_MS, this.signal);
    return !this.fence.lost.aborted && this.fence.isCurrent();
  }

  /** Nothing new of it is begun, and what is under way is tried once more and not again. */
  end(): void {
    this.ending.abort();
  }

  async idle(): Promise<void> {
    await Promise.allSettled(this.open);
  }

  /** Whether its checkpoint is to be moved, now or later. */
  get isAhead(): boolean {
    const { position } = this.watermark;
    return position !== undefined && position !== this.saved && !this.fence.lost.aborted;
  }

  /** @param even if it had nothing to do for a while. @returns how its checkpoint is to be moved */
  move(even: boolean): Move | undefined {
    const { position } = this.watermark;
    if (position === undefined || !this.isAhead) return undefined;
    if (!even && !this.busy && ++this.looks < QUIET_SAVES) return undefined;
    this.busy = false;
    this.looks = 0;
    return { subscriber: this.subscriber, epoch: this.fence.epoch, position };
  }

  hasMoved({ position }: Move): void {
    this.saved = position;
  }
}
