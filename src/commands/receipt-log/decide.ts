/**
 * The transparency log of receipts, one stream for all of them.
 *
 * - A leaf never changes its place. Leaves come in the order in which the event store has the issuing of receipts.
 * - Each append says up to which position it looked and from where it went on; one that does not go on exactly where
 *   the last one ended is refused. Hence one leaf for every receipt, whoever writes and whatever crashes.
 * - A head of the log is anchored once, and one transaction at a time is on its way.
 */
import type { ReceiptLogEvent } from '../../events/receipt-log.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import { hex } from '../../kernel/commitments/hex.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { rootOfPeaks } from '../../kernel/log/peaks.js';
import type {
  AppendLeaves,
  PrepareAnchor,
  ReceiptLogCommand,
  RecordAnchored,
  RecordAnchorLapsed,
} from './commands.js';
import { emptyLog, evolveReceiptLog, peaksOf, peaksWith, type ReceiptLogState } from './state.js';

type Decision = readonly ReceiptLogEvent[];
const NOTHING: Decision = [];

export const receiptLogDecider: Decider<ReceiptLogState, ReceiptLogCommand, ReceiptLogEvent> = {
  initial: emptyLog,
  evolve: evolveReceiptLog,
  decide(command, state) {
    switch (command.type) {
      case 'AppendLeaves':
        return append(command, state);
      case 'PrepareAnchor':
        return prepare(command, state);
      case 'RecordAnchored':
        return anchored(command, state);
      case 'RecordAnchorLapsed':
        return lapsed(command, state);
      default:
        return unreachable(command);
    }
  },
};

function append({ after, upTo, leaves, at }: AppendLeaves, state: ReceiptLogState): Decision {
  if (state.upTo === upTo) return NOTHING;
  if (state.upTo !== after) throw movedOn(state);
  const ids = new Set(leaves.map(({ receiptId }) => receiptId));
  if (leaves.length === 0 || leaves.length > LIMITS.logBatch || ids.size < leaves.length)
    throw new Refusal('LEAVES_INVALID', 'These leaves cannot be appended together.', {
      leaves: leaves.length,
      limit: LIMITS.logBatch,
    });
  const root = hex(rootOfPeaks(peaksWith(state, leaves)));
  return [{ type: 'LogLeavesAppended', v: 1, first: state.size, leaves, root, upTo, appendedAt: at }];
}

function prepare({ type: _type, at, ...prepared }: PrepareAnchor, state: ReceiptLogState): Decision {
  if (state.anchoring?.signature === prepared.signature || state.anchored >= prepared.size) return NOTHING;
  if (state.anchoring)
    throw new Refusal('ANCHOR_PENDING', 'Another transaction is on its way to the chain.', {
      size: state.anchoring.size,
      signature: state.anchoring.signature,
    });
  if (prepared.size !== state.size || prepared.root !== hex(rootOfPeaks(peaksOf(state))))
    throw movedOn(state);
  return [{ type: 'LogAnchorPrepared', v: 1, ...prepared, preparedAt: at }];
}

function anchored({ signature, slot, at }: RecordAnchored, { anchoring }: ReceiptLogState): Decision {
  if (anchoring?.signature !== signature) return NOTHING;
  const { size, root, network, memo } = anchoring;
  return [
    {
      type: 'LogCheckpointAnchored',
      v: 1,
      size,
      root,
      network,
      memo,
      signature,
      slot: `${slot}`,
      anchoredAt: at,
    },
  ];
}

function lapsed({ signature, reason }: RecordAnchorLapsed, { anchoring }: ReceiptLogState): Decision {
  if (anchoring?.signature !== signature) return NOTHING;
  return [{ type: 'LogAnchorLapsed', v: 1, size: anchoring.size, signature, reason }];
}

/** Retryable: whoever asks again from where the log stands now is right. */
const movedOn = ({ size, upTo }: ReceiptLogState): Refusal =>
  new Refusal('LOG_MOVED_ON', 'The log has grown since this was gathered.', { size, upTo }, 'retryable');

export const receiptLog = {
  category: 'log',
  decider: receiptLogDecider,
  isEndless: true,
} as const satisfies Aggregate<ReceiptLogState, ReceiptLogCommand, ReceiptLogEvent>;

/** There is one log. */
export const LOG_ID = 'receipts';
