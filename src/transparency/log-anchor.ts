import type { ReceiptLogCommand } from '../commands/receipt-log/commands.js';
import { LOG_ID, receiptLog } from '../commands/receipt-log/decide.js';
import { peaksOf, type ReceiptLogState } from '../commands/receipt-log/state.js';
import { hex } from '../kernel/commitments/hex.js';
import { errorRecord, isRefusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { rootOfPeaks } from '../kernel/log/peaks.js';
import { isoTime } from '../kernel/time.js';
import type { AnchorSender } from '../ports/anchor.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import type { Log } from '../runtime/log.js';
import { pause } from '../runtime/pause.js';

/** ms between two looks at a transaction that is on its way */
const LOOK_MS = 2_000;

/** What stands on the chain: which log, how long, and its root. */
export const anchorMemo = (origin: string, size: number, root: string): string =>
  `quittance-log/1 ${origin} ${size} ${root}`;

/**
 * Has the chain say the head of the log now and then, if it has changed. The signed transaction is on record before
 * it is sent, and is sent again as it is until the chain says that it stands, or never will: so a head is said once,
 * whatever crashes in between.
 */
export class LogAnchor {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  /** @param everyMs at least so long from one head to the next */
  constructor(
    private readonly dispatch: Dispatch,
    private readonly sender: AnchorSender,
    private readonly origin: string,
    private readonly everyMs: number,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const pending = await this.step().catch((error: unknown) => {
        if (!isRefusal(error, 'LOG_MOVED_ON'))
          this.log.warn({ error: errorRecord(error, 'UNEXPECTED') }, 'the log could not be anchored');
        return false;
      });
      await pause(pending ? LOOK_MS : this.everyMs, signal);
    }
  }

  /** Does what is next. @returns whether a transaction is on its way */
  async step(): Promise<boolean> {
    const { state } = await this.dispatch.load(receiptLog, LOG_ID);
    if (state.anchoring) return this.follow(state.anchoring);
    if (state.size === 0 || state.size <= state.anchored) return false;
    const { size } = state;
    const root = hex(rootOfPeaks(peaksOf(state)));
    const { network } = this.sender;
    const memo = anchorMemo(this.origin, size, root);
    const { lastValidBlockHeight, slot, ...signed } = await this.sender.prepareMemo(memo);
    const facts = { size, root, network, memo, ...signed };
    await this.send(`prepare ${signed.signature}`, {
      type: 'PrepareAnchor',
      ...facts,
      lastValidBlockHeight: `${lastValidBlockHeight}`,
      slot: `${slot}`,
      at: isoTime(this.clock.now()),
    });
    return true;
  }

  private async follow(anchoring: NonNullable<ReceiptLogState['anchoring']>): Promise<boolean> {
    const { signature } = anchoring;
    const lastValidBlockHeight = BigInt(anchoring.lastValidBlockHeight);
    const fate = await this.sender.fate({ signature, lastValidBlockHeight, slot: BigInt(anchoring.slot) });
    switch (fate.status) {
      case 'finalized': {
        const { slot } = fate;
        const at = isoTime(this.clock.now());
        await this.send(`anchored ${signature}`, { type: 'RecordAnchored', signature, slot, at });
        return false;
      }
      case 'pending':
        // what a node answers is noise: whether it stands is asked for again
        await this.sender.broadcast(anchoring).catch(() => undefined);
        return true;
      case 'failed':
      case 'expired': {
        const reason =
          fate.status === 'failed' ? fate.reason : 'It was not taken while its blockhash was valid.';
        await this.send(`lapsed ${signature}`, { type: 'RecordAnchorLapsed', signature, reason });
        return true;
      }
    }
  }

  private async send(what: string, command: ReceiptLogCommand): Promise<void> {
    await this.dispatch.send(receiptLog, LOG_ID, command, {
      commandId: uuidv5(`${LOG_ID}/${what}`),
      correlationId: LOG_ID,
      actor: { type: 'worker', id: 'log-anchor' },
    });
  }
}
