import { describe, it } from '@jest/globals';
import { given as givenHistory } from '../../../test/kit/decider-spec.js';
import { signedBytes } from '../../../test/kit/transfers.js';
import type { SettlementEvent } from '../../events/settlement.js';
import { LIMITS } from '../../kernel/limits.js';
import { toMicros } from '../../kernel/money.js';
import { settlementDecider } from './decide.js';

const at = '2026-01-02T03:04:05.678Z';
const settlementId = 'stl_1';
const source = { kind: 'hold', userId: 'user_1', holdId: 'hold_1' } as const;
const due = (recipient: string, amount: bigint) => ({
  recipient,
  amount: toMicros(amount),
  reference: `of ${recipient}`,
});
const dues = [due('R1', 101n), due('R2', 1_000n)];

const computed: SettlementEvent = {
  type: 'SettlementComputed',
  v: 1,
  settlementId,
  source,
  total: '1101',
  providerPayout: '990',
  platformFee: '77',
  reserve: '34',
  split: '90/7/3',
  payouts: [
    { recipient: 'R1', amount: '90', reference: 'of R1' },
    { recipient: 'R2', amount: '900', reference: 'of R2' },
  ],
  computedAt: at,
};
const funded: SettlementEvent = {
  type: 'SettlementFunded',
  v: 1,
  settlementId,
  total: '1101',
  platformFee: '77',
  reserve: '34',
};
const refused: SettlementEvent = {
  type: 'SettlementRefused',
  v: 1,
  settlementId,
  code: 'HOLD_CLOSED',
  message: 'It is closed.',
};
const prepared: SettlementEvent = {
  type: 'PayoutPrepared',
  v: 1,
  settlementId,
  attempt: 1,
  items: [0, 1],
  amount: '990',
  transaction: 'AQID',
  signature: 'S6',
  blockhash: 'HASH',
  lastValidBlockHeight: '150',
  slot: '7',
};
const submitted: SettlementEvent = { type: 'PayoutSubmitted', v: 1, settlementId, attempt: 1 };
const confirmed: SettlementEvent = {
  type: 'PayoutConfirmed',
  v: 1,
  settlementId,
  attempt: 1,
  signature: 'S6',
  slot: '99',
  items: [0, 1],
  amount: '990',
};
const ended: SettlementEvent = {
  type: 'PayoutAttemptEnded',
  v: 1,
  settlementId,
  attempt: 1,
  items: [0, 1],
  signature: 'S6',
  because: 'expired',
  height: '151',
};
const why = { code: 'RECIPIENT_FROZEN', message: 'It is frozen.' };
const failed: SettlementEvent = {
  type: 'PayoutFailed',
  v: 1,
  settlementId,
  item: 1,
  recipient: 'R2',
  amount: '900',
  ...why,
};

const compute = { type: 'ComputeSettlement', settlementId, source, dues, split: '90/7/3', at } as const;
const prepare = {
  type: 'PreparePayout',
  attempt: 1,
  items: [0, 1],
  transfer: signedBytes('S6'),
  opens: [],
} as const;
const confirm = { type: 'ConfirmPayout', attempt: 1, slot: 99n } as const;
const end = { type: 'EndPayoutAttempt', attempt: 1, because: 'expired', height: 151n } as const;
const fail = { type: 'FailPayout', item: 1, ...why } as const;
const retry = { type: 'RetryPayout', item: 1, at } as const;

const given = (...history: SettlementEvent[]) => givenHistory(settlementDecider, history);

describe('a settlement', () => {
  it('is computed to the unit: each share rounded down, the rest for the reserve', () =>
    given().when(compute).then([computed]));

  it('without a split is all of the recipients', () => {
    const { split: _split, ...whole } = compute;
    given()
      .when({ ...whole, dues: [due('R1', 101n)] })
      .then([
        {
          type: 'SettlementComputed',
          v: 1,
          settlementId,
          source,
          total: '101',
          providerPayout: '101',
          platformFee: '0',
          reserve: '0',
          payouts: [{ recipient: 'R1', amount: '101', reference: 'of R1' }],
          computedAt: at,
        },
      ]);
  });

  it('is computed once, and not again with other figures', () => {
    given(computed).when(compute).thenNothing();
    given(computed)
      .when({ ...compute, dues: [due('R1', 102n), dues[1]!] })
      .refuses('SETTLEMENT_DIFFERS', { settlementId });
    given(computed)
      .when({ ...compute, split: '80/10/10' })
      .refuses('SETTLEMENT_DIFFERS');
  });

  it('pays somebody, and no more than the limit', () => {
    given()
      .when({ ...compute, dues: [] })
      .refuses('VALIDATION_FAILED', { asked: 0, limit: LIMITS.payoutsPerSettlement });
    const many = Array.from({ length: LIMITS.payoutsPerSettlement + 1 }, (_, n) => due(`R${n}`, 100n));
    given()
      .when({ ...compute, dues: many })
      .refuses('VALIDATION_FAILED');
  });

  it('of less than leaves its recipient a unit is refused', () =>
    given()
      .when({ ...compute, dues: [due('R1', 99n)] })
      .refuses('VALIDATION_FAILED', { recipient: 'R1', amount: '99', least: '100' }));

  it('signs nothing before its source has paid, and nothing when it refused', () => {
    given(computed).when(prepare).refuses('WRONG_STATE', { settlementId, status: 'computed' });
    given(computed, refused).when(prepare).refuses('WRONG_STATE', { settlementId, status: 'refused' });
    given(computed, refused).when({ type: 'RecordFunding' }).refuses('WRONG_STATE');
    given(computed, funded)
      .when({ type: 'RefuseSettlement', code: 'HOLD_CLOSED', message: 'It is closed.' })
      .refuses('WRONG_STATE');
  });

  it('is funded once, or refused once', () => {
    given(computed).when({ type: 'RecordFunding' }).then([funded]);
    given(computed)
      .when({ type: 'RefuseSettlement', code: 'HOLD_CLOSED', message: 'It is closed.' })
      .then([refused]);
  });

  it.each([prepare, confirm, end, fail, retry])('that is none is not found: $type', (command) =>
    given().when(command).refuses('NOT_FOUND'),
  );
});

describe('a payout', () => {
  it('is recorded before it is sent, submitted once and confirmed once', () => {
    given(computed, funded).when(prepare).then([prepared]);
    given(computed, funded, prepared).when({ type: 'SubmitPayout', attempt: 1 }).then([submitted]);
    given(computed, funded, prepared, submitted).when(confirm).then([confirmed]);
    given(computed, funded, prepared, submitted, confirmed).when(confirm).thenNothing();
  });

  it('is in one signed transaction at a time', () => {
    given(computed, funded, prepared)
      .when({ ...prepare, attempt: 2, items: [1], transfer: signedBytes('S7') })
      .refuses('PAYOUT_UNDER_WAY', { settlementId, item: 1, status: 'prepared' });
    given(computed, funded, prepared, confirmed)
      .when({ ...prepare, attempt: 2, items: [1], transfer: signedBytes('S7') })
      .refuses('PAYOUT_UNDER_WAY', { settlementId, item: 1, status: 'paid' });
    given(computed, funded)
      .when({ ...prepare, items: [0, 0] })
      .refuses('PAYOUT_UNDER_WAY');
  });

  it('is owed again when its bytes expired, and not a block earlier', () => {
    given(computed, funded, prepared).when(end).then([ended]);
    given(computed, funded, prepared)
      .when({ ...end, height: 150n })
      .refuses('PAYOUT_UNDER_WAY');
    given(computed, funded, prepared, ended)
      .when({ ...prepare, attempt: 2, items: [1], transfer: signedBytes('S7') })
      .then([{ ...prepared, attempt: 2, items: [1], amount: '900', signature: 'S7' } as SettlementEvent]);
  });

  it('that was paid is neither ended, failed nor tried again', () => {
    given(computed, funded, prepared, confirmed).when(end).refuses('WRONG_ATTEMPT');
    given(computed, funded, prepared, confirmed).when(fail).refuses('WRONG_STATE');
    given(computed, funded, prepared, confirmed).when(retry).refuses('WRONG_STATE');
  });

  it('fails alone, while nothing of it is under way', () => {
    given(computed, funded).when(fail).then([failed]);
    given(computed, funded, prepared).when(fail).refuses('WRONG_STATE', {
      settlementId,
      item: 1,
      status: 'prepared',
    });
    given(computed, funded, failed)
      .when({ ...prepare, items: [0] })
      .then([{ ...prepared, items: [0], amount: '90' } as SettlementEvent]);
  });

  it('that failed is tried again, at another wallet if asked', () => {
    given(computed, funded, failed)
      .when(retry)
      .then([{ type: 'PayoutRetried', v: 1, settlementId, item: 1, recipient: 'R2', retriedAt: at }]);
    given(computed, funded, failed)
      .when({ ...retry, recipient: 'R3' })
      .then([{ type: 'PayoutRetried', v: 1, settlementId, item: 1, recipient: 'R3', retriedAt: at }]);
    given(computed, funded)
      .when({ ...retry, item: 2 })
      .refuses('NOT_FOUND', { settlementId, item: 2 });
  });
});
