import type { AppendLeaves } from '../commands/receipt-log/commands.js';
import { LOG_ID, receiptLog } from '../commands/receipt-log/decide.js';
import { upcast } from '../events/catalogue.js';
import type { ReceiptEvent } from '../events/receipt.js';
import { sha256Hex } from '../kernel/commitments/sha2.js';
import { isRefusal } from '../kernel/errors.js';
import { type Recorded, uuidv5 } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import { isoTime } from '../kernel/time.js';
import type { ArtifactStore } from '../ports/artifacts.js';
import type { Clock } from '../ports/clock.js';
import type { EventStore, Subscription } from '../ports/event-store.js';
import type { Dispatch } from '../runtime/dispatch.js';
import type { Log } from '../runtime/log.js';
import { pause } from '../runtime/pause.js';
import { persist } from '../runtime/persist.js';
import { receiptSchema } from '../verifier/document.js';
import { statementBytes } from '../verifier/signature.js';

/** ms between two appends: receipts that are issued meanwhile share the next one */
const PACE_MS = 400;

type Issued = Extract<ReceiptEvent, { type: 'ReceiptIssued' }>;

/**
 * Puts every issued receipt into the transparency log, in the order of the event store. Where it goes on is said by
 * the log itself, in the append that got there: a second writer, or one that crashed and came back, finds its append
 * refused and looks again.
 */
export class LogWriter {
  private readonly stopping = new AbortController();
  private subscription: Subscription | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly dispatch: Dispatch,
    private readonly artifacts: Pick<ArtifactStore, 'get'>,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly paceMs = PACE_MS,
  ) {}

  async start(): Promise<void> {
    this.running = this.write();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.subscription?.stop();
    await this.running;
  }

  private async write(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted)
      await persist(() => this.follow(), { signal, log: this.log, what: 'transparency log' });
  }

  /** Ends when stopped, or when the log is not where this writer left it. */
  private async follow(): Promise<void> {
    let { upTo } = (await this.dispatch.load(receiptLog, LOG_ID)).state;
    if (this.stopping.signal.aborted) return;
    this.subscription = this.store.subscribe({
      ...(upTo !== null && { after: upTo as Recorded['position'] }),
      filter: { types: ['ReceiptIssued'] },
    });
    try {
      for await (const { events } of this.subscription) {
        for (const piece of piecesOf(events)) {
          const command = await this.commandFor(piece, upTo);
          await this.append(command);
          upTo = command.upTo;
        }
        if (events.length > 0) await pause(this.paceMs, this.stopping.signal);
        if (this.stopping.signal.aborted) return;
      }
    } catch (error) {
      if (!isRefusal(error, 'LOG_MOVED_ON')) throw error;
    } finally {
      await this.subscription.stop();
    }
  }

  private async commandFor(events: readonly Recorded[], after: string | null): Promise<AppendLeaves> {
    const leaves: AppendLeaves['leaves'][number][] = [];
    for (const recorded of events) {
      const issued = upcast(recorded.event) as Issued;
      leaves.push({ receiptId: issued.receiptId, statement: await this.statementHash(issued) });
    }
    const upTo = events.at(-1)!.position;
    return { type: 'AppendLeaves', after, upTo, leaves, at: isoTime(this.clock.now()) };
  }

  /** What an earlier version issued says it by its document only. */
  private async statementHash({ statementHash, document }: Issued): Promise<string> {
    if (statementHash !== undefined) return statementHash;
    const bytes = await this.artifacts.get(document.sha256);
    const { statement } = receiptSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return sha256Hex(statementBytes(statement));
  }

  private async append(command: AppendLeaves): Promise<void> {
    await this.dispatch.send(receiptLog, LOG_ID, command, {
      // what lies between two positions of the store is always the same
      commandId: uuidv5(`${LOG_ID}/${command.after}/${command.upTo}`),
      correlationId: LOG_ID,
      actor: { type: 'worker', id: 'transparency-log' },
    });
  }
}

function* piecesOf(events: readonly Recorded[]): Generator<readonly Recorded[]> {
  for (let at = 0; at < events.length; at += LIMITS.logBatch) yield events.slice(at, at + LIMITS.logBatch);
}
