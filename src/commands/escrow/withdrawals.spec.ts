import { describe, expect, it } from '@jest/globals';
import { given as givenHistory } from '../../../test/kit/decider-spec.js';
import { signedBytes } from '../../../test/kit/transfers.js';
import type { EscrowEvent } from '../../events/escrow.js';
import { fold } from '../../kernel/decider.js';
import { toMicros } from '../../kernel/money.js';
import { escrowDecider } from './decide.js';
import { availableOf } from './state.js';

const at = '2026-01-02T03:04:05.678Z';
const micros = (n: number) => toMicros(BigInt(n));
const withdrawalId = 'wdr_1';

const funded: readonly EscrowEvent[] = [
  {
    type: 'EscrowAccountOpened',
    v: 1,
    userId: 'user_1',
    wallet: 'W1',
    network: 'n',
    asset: 'USDC',
    openedAt: at,
  },
  { type: 'DepositSubmitted', v: 1, signature: 'S', amount: '1000', submittedAt: at, expiresAt: at },
  { type: 'DepositConfirmed', v: 1, signature: 'S', amount: '1000', slot: '7' },
];
const frozen: EscrowEvent = { type: 'EscrowFrozen', v: 1, reason: 'A lost key', frozenAt: at };
const requested: EscrowEvent = {
  type: 'WithdrawalRequested',
  v: 1,
  withdrawalId,
  amount: '600',
  destination: 'W1',
  requestedAt: at,
};
const prepared: EscrowEvent = {
  type: 'WithdrawalPrepared',
  v: 1,
  withdrawalId,
  attempt: 1,
  transaction: 'AQID',
  signature: 'S6',
  blockhash: 'HASH',
  lastValidBlockHeight: '150',
  slot: '7',
};
const ended: EscrowEvent = {
  type: 'WithdrawalAttemptEnded',
  v: 1,
  withdrawalId,
  attempt: 1,
  signature: 'S6',
  because: 'expired',
  height: '151',
};
const confirmed: EscrowEvent = {
  type: 'WithdrawalConfirmed',
  v: 1,
  withdrawalId,
  attempt: 1,
  signature: 'S6',
  slot: '99',
  amount: '600',
  destination: 'W1',
};
const why = { code: 'RECIPIENT_FROZEN', message: 'It is frozen.' };
const failed: EscrowEvent = { type: 'WithdrawalFailed', v: 1, withdrawalId, amount: '600', ...why };

const request = {
  type: 'RequestWithdrawal',
  withdrawalId,
  amount: micros(600),
  destination: 'W1',
  at,
} as const;
const prepare = {
  type: 'PrepareWithdrawal',
  withdrawalId,
  attempt: 1,
  transfer: signedBytes('S6'),
  opensAccount: false,
} as const;
const end = {
  type: 'EndWithdrawalAttempt',
  withdrawalId,
  attempt: 1,
  because: 'expired',
  height: 151n,
} as const;
const confirm = { type: 'ConfirmWithdrawal', withdrawalId, attempt: 1, slot: 99n } as const;
const fail = { type: 'FailWithdrawal', withdrawalId, ...why } as const;

const given = (...history: EscrowEvent[]) => givenHistory(escrowDecider, [...funded, ...history]);
const available = (...history: EscrowEvent[]) => {
  const state = fold(escrowDecider, [...funded, ...history]);
  return state.status === 'open' && availableOf(state);
};

describe('a withdrawal', () => {
  it('is requested', () => given().when(request).then([requested]));

  it('may be of all that is available', () =>
    given()
      .when({ ...request, amount: micros(1000) })
      .then([{ ...requested, amount: '1000' }]));

  it('is out of what is available at once, and back when it failed', () => {
    expect(available(requested)).toBe(400n);
    expect(available(requested, prepared, confirmed)).toBe(400n);
    expect(available(requested, failed)).toBe(1000n);
  });

  it('of more than is available is refused with both figures', () => {
    given()
      .when({ ...request, amount: micros(1001) })
      .refuses('INSUFFICIENT_ESCROW', { available: '1000', required: '1001' });
    given(requested)
      .when({ ...request, withdrawalId: 'wdr_2' })
      .refuses('INSUFFICIENT_ESCROW', { available: '400', required: '600' });
  });

  it('cannot take what is held', () =>
    given({ type: 'HoldPlaced', v: 1, holdId: 'hold_1', amount: '500', purpose: 'wf_1', expiresAt: at })
      .when(request)
      .refuses('INSUFFICIENT_ESCROW', { available: '500', required: '600' }));

  it.each([0, 10 ** 18])('of %d is refused', (amount) =>
    given()
      .when({ ...request, amount: micros(amount) })
      .refuses('VALIDATION_FAILED', { amount: String(amount) }),
  );

  it('is requested once, and not again with other figures', () => {
    given(requested).when(request).thenNothing();
    for (const other of [{ amount: micros(1) }, { destination: 'W2' }])
      given(requested)
        .when({ ...request, ...other })
        .refuses('WITHDRAWAL_DIFFERS', { withdrawalId, amount: '600', destination: 'W1' });
  });

  it('is refused by a frozen account, which signs nothing either and finishes what was signed', () => {
    given(frozen).when(request).refuses('ESCROW_FROZEN');
    given(requested, frozen).when(prepare).refuses('ESCROW_FROZEN');
    given(requested, frozen).when(fail).then([failed]);
    given(requested, prepared, frozen).when(confirm).then([confirmed]);
  });

  it.each([prepare, end, confirm, fail])('that nobody requested is not found: $type', (command) =>
    given().when(command).refuses('NOT_FOUND'),
  );
});

describe('the signed bytes of a withdrawal', () => {
  it('are recorded before they are sent', () => given(requested).when(prepare).then([prepared]));

  it('say when they open an account', () =>
    given(requested)
      .when({ ...prepare, opensAccount: true })
      .then([{ ...prepared, opensAccount: true }]));

  it('are the only ones while they may land', () => {
    given(requested, prepared).when(prepare).thenNothing();
    given(requested, prepared)
      .when({ ...prepare, attempt: 2, transfer: signedBytes('S7') })
      .refuses('WITHDRAWAL_UNDER_WAY', { withdrawalId, attempt: 1, signature: 'S6' });
  });

  it('keep the withdrawal from being given up', () =>
    given(requested, prepared).when(fail).refuses('WITHDRAWAL_UNDER_WAY'));

  it('have come to nothing when the chain is beyond their last block', () =>
    given(requested, prepared).when(end).then([ended]));

  it('may land at their last block itself', () =>
    given(requested, prepared)
      .when({ ...end, height: 150n })
      .refuses('WITHDRAWAL_UNDER_WAY', { withdrawalId, lastValidBlockHeight: '150', height: '150' }));

  it('have come to nothing when the chain ran them in vain, at whatever height', () =>
    given(requested, prepared)
      .when({ ...end, because: 'failed', height: 20n })
      .then([{ ...ended, because: 'failed', height: '20' } as EscrowEvent]));

  it('are followed by others after that, or by a failure', () => {
    const second = { ...prepared, attempt: 2, signature: 'S7' } as EscrowEvent;
    given(requested, prepared, ended)
      .when({ ...prepare, attempt: 2, transfer: signedBytes('S7') })
      .then([second]);
    given(requested, prepared, ended).when(fail).then([failed]);
    given(requested, prepared, ended).when(prepare).refuses('WRONG_ATTEMPT');
  });

  it('are confirmed once, and then nothing else is possible', () => {
    given(requested, prepared).when(confirm).then([confirmed]);
    given(requested, prepared, confirmed).when(confirm).thenNothing();
    given(requested, prepared, confirmed).when(fail).refuses('WRONG_STATE');
    given(requested, prepared, confirmed).when(end).refuses('WRONG_STATE');
    given(requested, prepared, confirmed)
      .when({ ...prepare, attempt: 2 })
      .refuses('WRONG_STATE');
  });

  it('are not confirmed that were never recorded', () => {
    given(requested).when(confirm).refuses('WRONG_STATE', { withdrawalId, status: 'requested' });
    given(requested, prepared)
      .when({ ...confirm, attempt: 2 })
      .refuses('WRONG_ATTEMPT', { withdrawalId, attempt: 2, current: 1 });
  });
});
