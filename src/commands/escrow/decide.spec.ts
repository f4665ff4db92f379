import { describe, expect, it } from '@jest/globals';
import { given as givenHistory } from '../../../test/kit/decider-spec.js';
import type { EscrowEvent } from '../../events/escrow.js';
import { fold } from '../../kernel/decider.js';
import { toMicros } from '../../kernel/money.js';
import type { EscrowCommand } from './commands.js';
import { escrowDecider } from './decide.js';
import { availableOf } from './state.js';

const at = '2026-01-02T03:04:05.678Z';
const later = '2026-01-02T04:04:05.678Z';
const micros = (n: number) => toMicros(BigInt(n));

const opened: EscrowEvent = {
  type: 'EscrowAccountOpened',
  v: 1,
  userId: 'user_1',
  wallet: 'WALLET',
  network: 'solana:x',
  asset: 'USDC',
  openedAt: at,
};
const submitted: EscrowEvent = {
  type: 'DepositSubmitted',
  v: 1,
  signature: 'SIG',
  amount: '1000',
  submittedAt: at,
  expiresAt: later,
};
const confirmed: EscrowEvent = {
  type: 'DepositConfirmed',
  v: 1,
  signature: 'SIG',
  amount: '1000',
  slot: '7',
};
const rejected: EscrowEvent = {
  type: 'DepositRejected',
  v: 1,
  signature: 'SIG',
  code: 'DEPOSIT_NOT_FOUND',
  message: 'It was not found.',
};
const placed: EscrowEvent = {
  type: 'HoldPlaced',
  v: 1,
  holdId: 'hold_1',
  amount: '600',
  purpose: 'wf_1',
  expiresAt: later,
};
const captured: EscrowEvent = {
  type: 'HoldCaptured',
  v: 1,
  holdId: 'hold_1',
  paymentId: 'pay_1',
  amount: '250',
};
const released: EscrowEvent = {
  type: 'HoldReleased',
  v: 1,
  holdId: 'hold_1',
  captured: '250',
  released: '350',
};
const expired: EscrowEvent = { type: 'HoldExpired', v: 1, holdId: 'hold_1', released: '600' };

const open: EscrowCommand = {
  type: 'OpenEscrowAccount',
  userId: 'user_1',
  wallet: 'WALLET',
  network: 'solana:x',
  asset: 'USDC',
  at,
};
const submit: EscrowCommand = {
  type: 'SubmitDeposit',
  signature: 'SIG',
  amount: micros(1000),
  at,
  expiresAt: later,
};
const confirm: EscrowCommand = { type: 'ConfirmDeposit', signature: 'SIG', amount: micros(1000), slot: 7n };
const reject: EscrowCommand = {
  type: 'RejectDeposit',
  signature: 'SIG',
  code: 'DEPOSIT_NOT_FOUND',
  message: 'It was not found.',
};
const place: EscrowCommand = {
  type: 'PlaceHold',
  holdId: 'hold_1',
  amount: micros(600),
  purpose: 'wf_1',
  at,
  expiresAt: later,
};
const capture: EscrowCommand = {
  type: 'CaptureHold',
  holdId: 'hold_1',
  paymentId: 'pay_1',
  amount: micros(250),
};
const extend: EscrowCommand = {
  type: 'ExtendHold',
  holdId: 'hold_1',
  amount: micros(800),
  at,
  expiresAt: later,
};
const release: EscrowCommand = { type: 'ReleaseHold', holdId: 'hold_1' };
const expire: EscrowCommand = { type: 'ExpireHold', holdId: 'hold_1', at: later };

const given = (...history: EscrowEvent[]) => givenHistory(escrowDecider, history);
const funded = [opened, submitted, confirmed];

describe('an escrow account', () => {
  it('is opened for a wallet', () => given().when(open).then([opened]));

  it('stays as it is when it is opened again for the same wallet', () =>
    given(opened).when(open).thenNothing());

  it('is not opened again for another wallet', () =>
    given(opened)
      .when({ ...open, wallet: 'OTHER' })
      .refuses('ESCROW_ALREADY_OPEN', { wallet: 'WALLET', network: 'solana:x', asset: 'USDC' }));

  it.each([submit, confirm, reject, place, capture, release, expire])(
    'refuses $type before it is open',
    (command) => given().when(command).refuses('ESCROW_NOT_OPEN'),
  );
});

describe('a deposit', () => {
  it('is submitted', () => given(opened).when(submit).then([submitted]));

  it('counts once it is confirmed', () => given(opened, submitted).when(confirm).then([confirmed]));

  it('counts once only', () => {
    given(...funded)
      .when(confirm)
      .thenNothing();
    given(...funded)
      .when(submit)
      .thenNothing();
  });

  it('of nothing is refused', () =>
    given(opened)
      .when({ ...submit, amount: micros(0) })
      .refuses('VALIDATION_FAILED', { amount: '0' }));

  it('of more digits than an event holds is refused', () =>
    given(opened)
      .when({ ...submit, amount: toMicros(10n ** 18n) })
      .refuses('VALIDATION_FAILED'));

  it('of another amount under the same signature is refused', () =>
    given(opened, submitted)
      .when({ ...submit, amount: micros(999) })
      .refuses('SIGNATURE_USED', { signature: 'SIG', submitted: '1000', amount: '999' }));

  it('is not confirmed with another amount than was submitted', () =>
    given(opened, submitted)
      .when({ ...confirm, amount: micros(999) })
      .refuses('DEPOSIT_WRONG_AMOUNT', { signature: 'SIG', submitted: '1000', transferred: '999' }));

  it('that nobody submitted is neither confirmed nor rejected', () => {
    given(opened).when(confirm).refuses('DEPOSIT_UNKNOWN', { signature: 'SIG' });
    given(opened).when(reject).refuses('DEPOSIT_UNKNOWN', { signature: 'SIG' });
  });

  it('is rejected', () => given(opened, submitted).when(reject).then([rejected]));

  it('is not confirmed after it was rejected', () =>
    given(opened, submitted, rejected).when(confirm).refuses('DEPOSIT_REJECTED'));

  it('is not rejected after it was confirmed', () =>
    given(...funded)
      .when(reject)
      .refuses('DEPOSIT_CONFIRMED'));

  it('may be submitted again after it was rejected, with the amount it really has', () =>
    given(opened, submitted, rejected)
      .when({ ...submit, amount: micros(999) })
      .then([{ ...submitted, amount: '999' }]));
});

describe('a hold', () => {
  it('reserves what is available', () =>
    given(...funded)
      .when(place)
      .then([placed]));

  it('may reserve all of it', () =>
    given(...funded)
      .when({ ...place, amount: micros(1000) })
      .then([{ ...placed, amount: '1000' }]));

  it('of more than is available is refused with both figures', () => {
    given(...funded)
      .when({ ...place, amount: micros(1001) })
      .refuses('INSUFFICIENT_ESCROW', { available: '1000', required: '1001' });
    given(...funded, placed)
      .when({ ...place, holdId: 'hold_2' })
      .refuses('INSUFFICIENT_ESCROW', { available: '400', required: '600' });
  });

  it('cannot rest on a deposit that is not confirmed', () =>
    given(opened, submitted).when(place).refuses('INSUFFICIENT_ESCROW', { available: '0', required: '600' }));

  it('is placed once', () =>
    given(...funded, placed)
      .when(place)
      .thenNothing());

  it('is not placed again with another amount', () =>
    given(...funded, placed)
      .when({ ...place, amount: micros(601) })
      .refuses('HOLD_DIFFERS', { holdId: 'hold_1', held: '600', asked: '601' }));

  it('is not placed again once it is closed: its money is free', () => {
    given(...funded, placed, captured, released)
      .when(place)
      .refuses('HOLD_CLOSED', { holdId: 'hold_1', status: 'released', captured: '250' });
    given(...funded, placed, expired)
      .when(place)
      .refuses('HOLD_CLOSED');
  });

  it('of nothing, or one that would be expired at once, is refused', () => {
    given(...funded)
      .when({ ...place, amount: micros(0) })
      .refuses('VALIDATION_FAILED');
    given(...funded)
      .when({ ...place, expiresAt: at })
      .refuses('VALIDATION_FAILED');
  });

  it('is captured in parts', () => {
    given(...funded, placed)
      .when(capture)
      .then([captured]);
    given(...funded, placed, captured)
      .when({ ...capture, paymentId: 'pay_2', amount: micros(350) })
      .then([{ ...captured, paymentId: 'pay_2', amount: '350' }]);
  });

  it('is never captured beyond its amount', () =>
    given(...funded, placed, captured)
      .when({ ...capture, paymentId: 'pay_2', amount: micros(351) })
      .refuses('HOLD_EXCEEDED', { holdId: 'hold_1', remaining: '350', amount: '351' }));

  it('is captured once by one payment', () =>
    given(...funded, placed, captured)
      .when(capture)
      .thenNothing());

  it('is not captured twice by one payment with other figures', () => {
    given(...funded, placed, captured)
      .when({ ...capture, amount: micros(1) })
      .refuses('CAPTURE_DIFFERS', { paymentId: 'pay_1', holdId: 'hold_1', captured: '250' });
    given(...funded, placed, captured)
      .when({ ...capture, holdId: 'hold_2' })
      .refuses('CAPTURE_DIFFERS');
  });

  it('returns its remainder when it is released, once', () => {
    given(...funded, placed, captured)
      .when(release)
      .then([released]);
    given(...funded, placed, captured, released)
      .when(release)
      .thenNothing();
  });

  it('makes its remainder available again', () => {
    const account = fold(escrowDecider, [...funded, placed, captured, released]);
    expect(account.status === 'open' && availableOf(account)).toBe(750n);
  });

  it('expires at its time, not before', () => {
    given(...funded, placed)
      .when(expire)
      .then([expired]);
    given(...funded, placed)
      .when({ ...expire, at })
      .refuses('HOLD_NOT_DUE');
  });

  it('has nothing left to give back after it expired, but says once what was spent', () => {
    given(...funded, placed, expired)
      .when(release)
      .then([{ type: 'HoldReleased', v: 1, holdId: 'hold_1', captured: '0', released: '0' }]);
    const account = fold(escrowDecider, [
      ...funded,
      placed,
      expired,
      { type: 'HoldReleased', v: 1, holdId: 'hold_1', captured: '0', released: '0' },
    ]);
    expect(account.status === 'open' && [availableOf(account), account.held]).toEqual([1000n, 0n]);
  });

  it('has nothing to expire after it was released', () => {
    given(...funded, placed, captured, released)
      .when(expire)
      .thenNothing();
  });

  it('that is closed is captured late, out of what is available: the payment has left on the chain', () => {
    const late = { ...captured, paymentId: 'pay_2', late: true } as const;
    given(...funded, placed, captured, released)
      .when({ ...capture, paymentId: 'pay_2' })
      .then([late]);
    const account = fold(escrowDecider, [...funded, placed, captured, released, late]);
    expect(account.status === 'open' && [availableOf(account), account.held]).toEqual([500n, 0n]);
    given(...funded, placed, expired)
      .when(capture)
      .then([{ ...captured, late: true }]);
  });

  it('that is closed is not captured beyond what it once covered', () =>
    given(...funded, placed, captured, released)
      .when({ ...capture, paymentId: 'pay_2', amount: micros(351) })
      .refuses('HOLD_EXCEEDED'));

  it('that is closed is not captured beyond what is available', () => {
    const elsewhere = { ...placed, holdId: 'hold_2', amount: '700' };
    given(...funded, placed, captured, released, elsewhere)
      .when({ ...capture, paymentId: 'pay_2' })
      .refuses('HOLD_CLOSED', { holdId: 'hold_1', status: 'released', captured: '250' });
  });

  it('answers a late repeat of a capture that counted with nothing', () =>
    given(...funded, placed, captured, released)
      .when(capture)
      .thenNothing());

  it.each([capture, extend, release, expire])('that nobody placed refuses $type', (command) =>
    given(...funded)
      .when(command)
      .refuses('HOLD_UNKNOWN', { holdId: 'hold_1' }),
  );
});

describe('a hold whose run goes on', () => {
  const muchLater = '2026-01-02T05:04:05.678Z';
  const extended: EscrowEvent = {
    type: 'HoldExtended',
    v: 1,
    holdId: 'hold_1',
    amount: '800',
    added: '200',
    expiresAt: later,
  };
  const balance = (...events: EscrowEvent[]) => {
    const account = fold(escrowDecider, events);
    return account.status === 'open' ? [availableOf(account), account.held] : [];
  };

  it('covers more, out of what is available', () => {
    given(...funded, placed, captured)
      .when(extend)
      .then([extended]);
    expect(balance(...funded, placed, captured, extended)).toEqual([200n, 550n]);
  });

  it('is captured up to what it covers now', () =>
    given(...funded, placed, captured, extended)
      .when({ ...capture, paymentId: 'pay_2', amount: micros(551) })
      .refuses('HOLD_EXCEEDED', { holdId: 'hold_1', remaining: '550', amount: '551' }));

  it('lasts longer for nothing', () =>
    given(...funded, placed)
      .when({ ...extend, amount: micros(600), expiresAt: muchLater })
      .then([{ ...extended, amount: '600', added: '0', expiresAt: muchLater }]));

  it('never covers less, nor ends earlier', () =>
    given(...funded, placed)
      .when({ ...extend, amount: micros(1), expiresAt: '2026-01-02T03:30:00.000Z' })
      .thenNothing());

  it('holds again after it has expired, what is captured excepted', () => {
    given(...funded, placed, captured, { ...expired, released: '350' })
      .when({ ...extend, amount: micros(600), expiresAt: muchLater })
      .then([{ ...extended, amount: '600', added: '350', expiresAt: muchLater }]);
    const again = { ...extended, amount: '600', added: '350' };
    expect(balance(...funded, placed, captured, { ...expired, released: '350' }, again)).toEqual([
      400n,
      350n,
    ]);
  });

  it('is not extended beyond what is available', () =>
    given(...funded, placed)
      .when({ ...extend, amount: micros(1_001) })
      .refuses('INSUFFICIENT_ESCROW', { available: '400', required: '401' }));

  it('is not extended once its run is over', () =>
    given(...funded, placed, captured, released)
      .when(extend)
      .refuses('HOLD_CLOSED'));

  it('does not end before it is extended', () =>
    given(...funded, placed)
      .when({ ...extend, expiresAt: at })
      .refuses('VALIDATION_FAILED'));
});

describe('a hold that something is to be undone from', () => {
  const muchLater = '2026-01-02T05:04:05.678Z';
  const renew: EscrowCommand = {
    type: 'RenewHold',
    ...{ holdId: 'hold_1', amount: micros(50), at, expiresAt: muchLater },
  };
  const lasting: EscrowEvent = {
    type: 'HoldExtended',
    v: 1,
    ...{ holdId: 'hold_1', amount: '600', added: '0', expiresAt: muchLater },
  };
  const gone: EscrowEvent = { ...expired, released: '350' };
  const frozen: EscrowEvent = { type: 'EscrowFrozen', v: 1, reason: 'It was reported stolen.', frozenAt: at };
  const again: EscrowEvent = { ...lasting, amount: '300', added: '50' };

  it('lasts longer, and holds what it held', () =>
    given(...funded, placed)
      .when(renew)
      .then([lasting]));

  it('is left as it is where it lasts long enough', () =>
    given(...funded, placed)
      .when({ ...renew, expiresAt: '2026-01-02T03:30:00.000Z' })
      .thenNothing());

  it('that has expired holds so much again, beside what was captured', () => {
    given(...funded, placed, captured, gone)
      .when(renew)
      .then([again]);
    const account = fold(escrowDecider, [...funded, placed, captured, gone, again]);
    expect(account.status === 'open' && [availableOf(account), account.held]).toEqual([700n, 50n]);
  });

  it('pays for undoing out of a frozen account, too', () =>
    given(...funded, placed, captured, gone, frozen)
      .when(renew)
      .then([again]));

  it('that has expired needs something available', () =>
    given(...funded, placed, captured, gone)
      .when({ ...renew, amount: micros(751) })
      .refuses('INSUFFICIENT_ESCROW', { available: '750', required: '751' }));

  it('is not renewed once it was released, for nothing, nor to end at once', () => {
    given(...funded, placed, captured, released)
      .when(renew)
      .refuses('HOLD_CLOSED');
    given(...funded, placed, captured, gone)
      .when({ ...renew, amount: micros(0) })
      .refuses('VALIDATION_FAILED');
    given(...funded, placed)
      .when({ ...renew, expiresAt: at })
      .refuses('VALIDATION_FAILED');
  });
});

describe('a hold of which less is needed', () => {
  const keep = (amount: number) =>
    ({ type: 'ReduceHold', holdId: 'hold_1', keep: micros(amount) }) as const satisfies EscrowCommand;
  const reduced: EscrowEvent = {
    type: 'HoldReduced',
    v: 1,
    holdId: 'hold_1',
    amount: '300',
    released: '300',
  };

  it('keeps that beside what was captured, and nothing more is captured', () => {
    given(...funded, placed, captured)
      .when(keep(50))
      .then([reduced]);
    const account = fold(escrowDecider, [...funded, placed, captured, reduced]);
    expect(account.status === 'open' && [availableOf(account), account.held]).toEqual([700n, 50n]);
    given(...funded, placed, captured, reduced)
      .when({ ...capture, paymentId: 'pay_2', amount: micros(51) })
      .refuses('HOLD_EXCEEDED', { holdId: 'hold_1', remaining: '50', amount: '51' });
    given(...funded, placed, captured, reduced)
      .when({ type: 'ReleaseHold', holdId: 'hold_1' })
      .then([{ type: 'HoldReleased', v: 1, holdId: 'hold_1', captured: '250', released: '50' }]);
  });

  it('is left as it is where it has no more, or is over', () => {
    for (const events of [
      [placed, captured, reduced],
      [placed, captured, released],
      [placed, expired],
    ])
      given(...funded, ...events)
        .when(keep(50))
        .thenNothing();
    given(...funded, placed)
      .when(keep(601))
      .thenNothing();
  });

  it('has to be known', () =>
    given(...funded)
      .when(keep(50))
      .refuses('HOLD_UNKNOWN'));
});

describe('a hold that is split', () => {
  const split: EscrowCommand = {
    type: 'SplitHold',
    holdId: 'hold_2',
    from: 'hold_1',
    amount: micros(100),
    purpose: 'wf_2',
    at,
    expiresAt: later,
  };
  const wasSplit: EscrowEvent = {
    type: 'HoldSplit',
    v: 1,
    holdId: 'hold_2',
    from: 'hold_1',
    amount: '100',
    purpose: 'wf_2',
    expiresAt: later,
  };
  const ofIt: EscrowCommand = {
    type: 'CaptureHold',
    holdId: 'hold_2',
    paymentId: 'pay_2',
    amount: micros(30),
  };
  const spent: EscrowEvent = {
    type: 'HoldCaptured',
    v: 1,
    holdId: 'hold_2',
    paymentId: 'pay_2',
    amount: '30',
  };
  const given2 = [...funded, placed, wasSplit, spent];
  const balance = (...events: EscrowEvent[]) => {
    const account = fold(escrowDecider, events);
    return account.status === 'open' ? [availableOf(account), account.held] : [];
  };

  it('holds as much as before, in two parts', () => {
    given(...funded, placed)
      .when(split)
      .then([wasSplit]);
    expect(balance(...funded, placed, wasSplit)).toEqual([400n, 600n]);
    given(...funded, placed, wasSplit)
      .when(ofIt)
      .then([spent]);
    expect(balance(...given2)).toEqual([400n, 570n]);
  });

  it('has no more left than the parts leave', () =>
    given(...given2)
      .when({ ...capture, amount: micros(501) })
      .refuses('HOLD_EXCEEDED', { holdId: 'hold_1', remaining: '500', amount: '501' }));

  it('is given back what its part did not spend', () => {
    const returned: EscrowEvent = {
      type: 'HoldReleased',
      v: 1,
      holdId: 'hold_2',
      captured: '30',
      released: '0',
      returned: { holdId: 'hold_1', amount: '70' },
    };
    given(...given2)
      .when({ type: 'ReleaseHold', holdId: 'hold_2' })
      .then([returned]);
    expect(balance(...given2, returned)).toEqual([400n, 570n]);
    given(...given2, returned)
      .when({ type: 'ReleaseHold', holdId: 'hold_1' })
      .then([{ type: 'HoldReleased', v: 1, holdId: 'hold_1', captured: '0', released: '570' }]);
  });

  it('is given back what its part will not need, and the rest later', () => {
    const of = { v: 1, holdId: 'hold_2' } as const;
    const reduced: EscrowEvent = {
      ...{ ...of, type: 'HoldReduced', amount: '55', released: '0' },
      returned: { holdId: 'hold_1', amount: '45' },
    };
    given(...given2)
      .when({ type: 'ReduceHold', holdId: 'hold_2', keep: micros(25) })
      .then([reduced]);
    expect(balance(...given2, reduced)).toEqual([400n, 570n]);
    given(...given2, reduced)
      .when({ ...capture, amount: micros(546) })
      .refuses('HOLD_EXCEEDED', { holdId: 'hold_1', remaining: '545', amount: '546' });
    given(...given2, reduced)
      .when({ type: 'ReleaseHold', holdId: 'hold_2' })
      .then([
        {
          ...{ ...of, type: 'HoldReleased', captured: '30', released: '0' },
          returned: { holdId: 'hold_1', amount: '25' },
        },
      ]);
  });

  it('gives its own rest back while its part goes on, whose rest is free when that ends', () => {
    const first: EscrowEvent = {
      type: 'HoldReleased',
      v: 1,
      holdId: 'hold_1',
      captured: '0',
      released: '500',
    };
    given(...given2)
      .when({ type: 'ReleaseHold', holdId: 'hold_1' })
      .then([first]);
    given(...given2, first)
      .when({ type: 'ReleaseHold', holdId: 'hold_2' })
      .then([{ type: 'HoldReleased', v: 1, holdId: 'hold_2', captured: '30', released: '70' }]);
  });

  it('that has expired covers its part no second time when it holds again', () => {
    const gone: EscrowEvent = { type: 'HoldExpired', v: 1, holdId: 'hold_1', released: '500' };
    const again: EscrowEvent = {
      type: 'HoldExtended',
      v: 1,
      holdId: 'hold_1',
      amount: '600',
      added: '500',
      expiresAt: later,
    };
    expect(balance(...given2, gone)).toEqual([900n, 70n]);
    given(...given2, gone)
      .when({ ...extend, amount: micros(600), at, expiresAt: later })
      .then([again]);
    expect(balance(...given2, gone, again)).toEqual([400n, 570n]);
  });

  describe('whose part was extended', () => {
    const extended: EscrowEvent = {
      type: 'HoldExtended',
      v: 1,
      holdId: 'hold_2',
      amount: '150',
      added: '50',
      expiresAt: later,
    };
    const before = [...funded, placed, wasSplit, extended];
    const release: EscrowCommand = { type: 'ReleaseHold', holdId: 'hold_2' };
    const back = (captured: string, amount: string, freed: string): EscrowEvent => ({
      type: 'HoldReleased',
      v: 1,
      holdId: 'hold_2',
      captured,
      released: freed,
      returned: { holdId: 'hold_1', amount },
    });

    it('is given back what it lent, and what was added is available again', () => {
      expect(balance(...before)).toEqual([350n, 650n]);
      const whole = back('0', '100', '50');
      given(...before)
        .when(release)
        .then([whole]);
      expect(balance(...before, whole)).toEqual([400n, 600n]);
      given(...before, whole)
        .when({ ...capture, amount: micros(601) })
        .refuses('HOLD_EXCEEDED', { holdId: 'hold_1', remaining: '600', amount: '601' });
    });

    it('is given back what is left of what it lent', () => {
      const rest = back('30', '100', '20');
      given(...before, spent)
        .when(release)
        .then([rest]);
      expect(balance(...before, spent, rest)).toEqual([370n, 600n]);
    });

    it('is given back what it lent first, when its part is reduced, and once', () => {
      const of = { v: 1, holdId: 'hold_2' } as const;
      const reduced: EscrowEvent = {
        ...{ ...of, type: 'HoldReduced', amount: '40', released: '10' },
        returned: { holdId: 'hold_1', amount: '100' },
      };
      given(...before)
        .when({ type: 'ReduceHold', holdId: 'hold_2', keep: micros(40) })
        .then([reduced]);
      expect(balance(...before, reduced)).toEqual([360n, 640n]);
      const rest: EscrowEvent = {
        ...{ ...of, type: 'HoldReleased', captured: '0', released: '40' },
        returned: { holdId: 'hold_1', amount: '0' },
      };
      given(...before, reduced)
        .when(release)
        .then([rest]);
      expect(balance(...before, reduced, rest)).toEqual([400n, 600n]);
    });

    it('knows its split by what was split off', () => {
      given(...before)
        .when(split)
        .then([]);
      given(...before)
        .when({ ...split, amount: micros(150) })
        .refuses('HOLD_DIFFERS', { holdId: 'hold_2', held: '100', asked: '150' });
    });

    it('holds more since, where an earlier version gave it more than it had lent', () => {
      const more = back('0', '150', '0');
      expect(balance(...before, more)).toEqual([350n, 650n]);
      given(...before, more)
        .when({ type: 'ReleaseHold', holdId: 'hold_1' })
        .then([{ type: 'HoldReleased', v: 1, holdId: 'hold_1', captured: '0', released: '650' }]);
    });
  });

  it('is split once, from what it has left, while it is open', () => {
    given(...funded, placed, wasSplit)
      .when({ ...split, amount: micros(99) })
      .refuses('HOLD_DIFFERS', { holdId: 'hold_2', held: '100', asked: '99' });
    given(...funded, placed)
      .when({ ...split, amount: micros(601) })
      .refuses('HOLD_EXCEEDED', { holdId: 'hold_1', remaining: '600', amount: '601' });
    given(...funded, placed, captured, released)
      .when(split)
      .refuses('HOLD_CLOSED');
    given(...funded)
      .when(split)
      .refuses('HOLD_UNKNOWN', { holdId: 'hold_1' });
    given(...funded, placed)
      .when({ ...split, expiresAt: at })
      .refuses('VALIDATION_FAILED');
    given(...funded, placed)
      .when({ ...split, amount: micros(0) })
      .refuses('VALIDATION_FAILED');
  });
});
