import { escrow } from '../commands/escrow/decide.js';
import { workflow } from '../commands/workflow/decide.js';
import type { EscrowEvent } from '../events/escrow.js';
import type { PaymentEvent } from '../events/payment.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import { hasPrefix } from '../kernel/ids.js';
import { parseMicros, ZERO } from '../kernel/money.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import { type Saga, send } from './reaction.js';

type Handled =
  | WorkflowEventOf<'RunClosed'>
  | Extract<PaymentEvent, { type: 'PaymentConfirmed' }>
  | Extract<
      EscrowEvent,
      { type: 'HoldPlaced' | 'HoldExtended' | 'HoldSplit' | 'HoldReleased' | 'HoldExpired' }
    >;

/**
 * Money follows what happened: a confirmed payment is captured from its hold, a closed run gives the rest back.
 * Both travel in one saga and one lane, so that a capture never comes after the release of its hold.
 */
export const settleEscrow: Saga = {
  name: 'settle-escrow',
  handles: [
    'HoldPlaced',
    'HoldExtended',
    'HoldSplit',
    'PaymentConfirmed',
    'RunClosed',
    'HoldReleased',
    'HoldExpired',
  ],
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const event = eventOf<Handled>(recorded);
    switch (event.type) {
      case 'HoldPlaced':
      case 'HoldExtended':
      case 'HoldSplit': {
        const { holdId, expiresAt } = event;
        const expire = send(escrow, aggregateIdOf(recorded), { type: 'ExpireHold', holdId });
        return [
          { do: 'timer', id: `${holdId}/expiry`, dueAt: expiresAt, action: { do: 'command', send: expire } },
        ];
      }
      case 'HoldExpired': {
        const { holdId } = event;
        // other things than runs hold money, too
        if (!hasPrefix('workflow', byCorrelation(recorded))) return [];
        return [
          {
            do: 'command',
            send: send(workflow, byCorrelation(recorded), { type: 'ReportHoldLost', holdId }),
          },
        ];
      }
      case 'PaymentConfirmed': {
        const { holdId, paymentId, userId } = event;
        // a wallet of the user's own has paid
        if (holdId === undefined) return [];
        const amount = parseMicros(event.amount);
        return [
          { do: 'command', send: send(escrow, userId, { type: 'CaptureHold', holdId, paymentId, amount }) },
        ];
      }
      case 'RunClosed': {
        const { holdId, userId } = event;
        if (holdId !== undefined)
          return [{ do: 'command', send: send(escrow, userId, { type: 'ReleaseHold', holdId }) }];
        const settle = send(workflow, aggregateIdOf(recorded), { type: 'RecordSettlement', spent: ZERO });
        return [{ do: 'command', send: settle }];
      }
      case 'HoldReleased': {
        const { holdId } = event;
        const spent = parseMicros(event.captured);
        const settle = send(workflow, byCorrelation(recorded), { type: 'RecordSettlement', holdId, spent });
        return [
          { do: 'command', send: settle },
          { do: 'cancel-timers', ids: [`${holdId}/expiry`] },
        ];
      }
    }
  },
};
