import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import type { EscrowEvent } from '../../events/escrow.js';
import { toMicros } from '../../kernel/money.js';
import type { EscrowCommand } from './commands.js';
import { escrowDecider } from './decide.js';

const at = '2026-01-02T03:04:05.678Z';
const later = '2026-01-02T04:04:05.678Z';
const micros = (n: number) => toMicros(BigInt(n));
const reason = 'The wallet was reported stolen.';

const funded: readonly EscrowEvent[] = [
  {
    type: 'EscrowAccountOpened',
    v: 1,
    userId: 'user_1',
    wallet: 'W',
    network: 'solana:x',
    asset: 'USDC',
    openedAt: at,
  },
  { type: 'DepositSubmitted', v: 1, signature: 'S1', amount: '1000', submittedAt: at, expiresAt: later },
  { type: 'DepositConfirmed', v: 1, signature: 'S1', amount: '1000', slot: '7' },
  { type: 'HoldPlaced', v: 1, holdId: 'hold_1', amount: '600', purpose: 'wf_1', expiresAt: later },
];
const frozen: EscrowEvent = { type: 'EscrowFrozen', v: 1, reason, frozenAt: at };
const freeze: EscrowCommand = { type: 'FreezeAccount', reason, at };
const unfreeze: EscrowCommand = { type: 'UnfreezeAccount', reason: 'It was found.', at: later };
const place: EscrowCommand = {
  type: 'PlaceHold',
  holdId: 'hold_2',
  amount: micros(100),
  purpose: 'wf_2',
  at,
  expiresAt: later,
};

const onFunded = (...more: EscrowEvent[]) => given(escrowDecider, [...funded, ...more]);

describe('freezing an account', () => {
  it('is recorded with its reason', () => onFunded().when(freeze).then([frozen]));

  it('twice for the same reason is one freeze', () => onFunded(frozen).when(freeze).thenNothing());

  it('for another reason is refused, and says which one stands', () =>
    onFunded(frozen)
      .when({ ...freeze, reason: 'Another one.' })
      .refuses('ESCROW_ALREADY_FROZEN', { status: 'frozen', reason, since: at, allowed: 'unfreeze' }));

  it('of an account that was never opened is refused', () =>
    given(escrowDecider, []).when(freeze).refuses('ESCROW_NOT_OPEN'));

  it('ends with its own reason', () =>
    onFunded(frozen)
      .when(unfreeze)
      .then([{ type: 'EscrowUnfrozen', v: 1, reason: 'It was found.', unfrozenAt: later }]));

  it('that is not there ends in nothing', () => onFunded().when(unfreeze).thenNothing());
});

describe('a frozen account', () => {
  const onFrozen = onFunded(frozen);
  const figures = { status: 'frozen', reason, since: at, allowed: 'deposit' };

  it('has nothing more reserved of it', () => onFrozen.when(place).refuses('ESCROW_FROZEN', figures));

  it('has no hold made larger or longer', () =>
    onFrozen
      .when({
        type: 'ExtendHold',
        holdId: 'hold_1',
        amount: micros(600),
        at,
        expiresAt: '2026-01-03T00:00:00.000Z',
      })
      .refuses('ESCROW_FROZEN', figures));

  it('answers a hold that stands already as it did before', () =>
    onFrozen
      .when({
        type: 'PlaceHold',
        holdId: 'hold_1',
        amount: micros(600),
        purpose: 'wf_1',
        at,
        expiresAt: later,
      })
      .thenNothing());

  it.each<[string, EscrowCommand, EscrowEvent['type']]>([
    [
      'captures what was paid',
      { type: 'CaptureHold', holdId: 'hold_1', paymentId: 'pay_1', amount: micros(5) },
      'HoldCaptured',
    ],
    ['releases its holds', { type: 'ReleaseHold', holdId: 'hold_1' }, 'HoldReleased'],
    ['lets its holds expire', { type: 'ExpireHold', holdId: 'hold_1', at: later }, 'HoldExpired'],
    [
      'takes deposits',
      { type: 'SubmitDeposit', signature: 'S2', amount: micros(5), at, expiresAt: later },
      'DepositSubmitted',
    ],
  ])('%s', (_, command, type) => {
    const events = escrowDecider.decide(
      command,
      [...funded, frozen].reduce(escrowDecider.evolve, escrowDecider.initial),
    );
    expect(events.map((event) => event.type)).toEqual([type]);
  });

  it('credits a deposit that was on its way', () =>
    onFunded(
      { type: 'DepositSubmitted', v: 1, signature: 'S2', amount: '5', submittedAt: at, expiresAt: later },
      frozen,
    )
      .when({ type: 'ConfirmDeposit', signature: 'S2', amount: micros(5), slot: 8n })
      .then([{ type: 'DepositConfirmed', v: 1, signature: 'S2', amount: '5', slot: '8' }]));

  it('reserves again once it is unfrozen', () =>
    onFunded(frozen, { type: 'EscrowUnfrozen', v: 1, reason: 'It was found.', unfrozenAt: later })
      .when(place)
      .then([
        { type: 'HoldPlaced', v: 1, holdId: 'hold_2', amount: '100', purpose: 'wf_2', expiresAt: later },
      ]));
});
