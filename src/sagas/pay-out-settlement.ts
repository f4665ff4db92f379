import { earnings } from '../commands/earnings/decide.js';
import { settlement } from '../commands/settlement/decide.js';
import type { EarningsEvent } from '../events/earnings.js';
import type { SettlementEvent } from '../events/settlement.js';
import { parseMicros } from '../kernel/money.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, eventOf, noState } from './from.js';
import { type Reaction, type Saga, send } from './reaction.js';

type Handled =
  | Extract<EarningsEvent, { type: 'EarningsWithdrawalRequested' }>
  | Extract<SettlementEvent, { type: 'SettlementComputed' | 'SettlementFunded' | 'PayoutRetried' }>;

/** One step of a settlement towards its end. */
export interface SettlementLook {
  readonly settlementId: string;
  /** tells a run of looks from a later one, which a retry begins */
  readonly since: string;
  readonly look: number;
}

/** ms; as often as it takes: the queue may lose any look, this one too */
const LAST = 120_000;
const LAST_LOOK = 1_000;

type Looks = Pick<SettlementLook, 'settlementId' | 'since'>;

/** Each run of looks has timers of its own: one that comes to its end ends no later one. */
export const settlementTimer = ({ settlementId, since }: Looks, which: 'soon' | 'last'): string =>
  `${settlementId}/look/${since}/${which}`;

export const settlementJob = (look: SettlementLook): Job => ({
  kind: 'chain',
  priority: 'normal',
  id: `settlement/${look.settlementId}/${look.since}/${look.look}`,
  correlationId: look.settlementId,
  payload: { ...look },
});

/** What is owed is taken from its source, shared, signed and sent, and looked for until nothing is left to do. */
export const payOutSettlement: Saga = {
  name: 'pay-out-settlement',
  handles: ['EarningsWithdrawalRequested', 'SettlementComputed', 'SettlementFunded', 'PayoutRetried'],
  correlate: (recorded) => eventOf<Handled>(recorded).settlementId,
  ...noState,
  react(recorded) {
    const event = eventOf<Handled>(recorded);
    const { settlementId } = event;
    switch (event.type) {
      case 'EarningsWithdrawalRequested': {
        const source = { kind: 'earnings', ownerId: aggregateIdOf(recorded) } as const;
        const dues = event.payouts.map((due) => ({ ...due, amount: parseMicros(due.amount) }));
        const compute = { type: 'ComputeSettlement', settlementId, source, dues } as const;
        return [{ do: 'command', send: send(settlement, settlementId, compute) }];
      }
      case 'SettlementComputed':
        return looks(settlementId, event.computedAt);
      case 'PayoutRetried':
        return looks(settlementId, event.retriedAt);
      case 'SettlementFunded':
        return [
          ...accrual('platform', settlementId, event.platformFee),
          ...accrual('reserve', settlementId, event.reserve),
        ];
    }
  },
};

function looks(settlementId: string, since: string): Reaction[] {
  const job = (look: number) => settlementJob({ settlementId, since, look });
  const id = settlementTimer({ settlementId, since }, 'last');
  return [
    { do: 'job', job: job(1) },
    {
      do: 'timer',
      id,
      dueAt: plusMs(since, LAST),
      action: { do: 'job', job: job(LAST_LOOK), every: LAST },
    },
  ];
}

/** A share of nothing is nobody's. */
function accrual(ownerId: string, settlementId: string, share: string): Reaction[] {
  const amount = parseMicros(share);
  if (amount === 0n) return [];
  const command = { type: 'AccrueEarnings', ownerId, settlementId, amount } as const;
  return [{ do: 'command', send: send(earnings, ownerId, command) }];
}
