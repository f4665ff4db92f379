import { describe, expect, it } from '@jest/globals';
import { given as givenHistory } from '../../../test/kit/decider-spec.js';
import type { PaymentEvent } from '../../events/payment.js';
import { fold } from '../../kernel/decider.js';
import { toMicros } from '../../kernel/money.js';
import type { PaymentCommand } from './commands.js';
import { paymentDecider } from './decide.js';

const terms = {
  paymentId: 'pay_1',
  workflowId: 'wf_1',
  runNo: 1,
  stepId: 'step_1',
  userId: 'user_1',
  holdId: 'hold_1',
  serviceId: 'svc_1',
  dialect: 'x402-v2',
  scheme: 'exact',
  network: 'solana:x',
  asset: 'USDC',
  payTo: 'PAYEE',
} as const;
const planHash = 'b'.repeat(64);
const bytes = { header: 'aGVhZGVy', memo: 'pay_1/1', blockhash: 'HASH', watermark: null };

const quoted: PaymentEvent = { ...terms, type: 'PaymentQuoted', v: 1, amount: '200' };
const authorized: PaymentEvent = { type: 'PaymentAuthorized', v: 1, planHash, ceiling: '250' };
const prepared: PaymentEvent = {
  ...bytes,
  type: 'PaymentPrepared',
  v: 1,
  attempt: 1,
  lastValidBlockHeight: '150',
};
const submitted: PaymentEvent = { type: 'PaymentSubmitted', v: 1, attempt: 1 };
const confirmed: PaymentEvent = {
  type: 'PaymentConfirmed',
  v: 1,
  attempt: 1,
  signature: 'SIG',
  slot: '42',
  workflowId: 'wf_1',
  userId: 'user_1',
  holdId: 'hold_1',
  paymentId: 'pay_1',
  amount: '200',
};
const failed: PaymentEvent = {
  type: 'PaymentFailed',
  v: 1,
  attempt: 1,
  code: 'PAYMENT_EXPIRED',
  message: 'It expired.',
};
const delivered: PaymentEvent = { type: 'PaymentDelivered', v: 1, answerHash: 'c'.repeat(64) };
const undelivered: PaymentEvent = {
  type: 'PaymentUndelivered',
  v: 1,
  code: 'PAYMENT_UNDELIVERED',
  message: 'No answer came.',
};

const quote = { ...terms, type: 'RecordQuote', amount: toMicros(200n) } as const;
const authorize = {
  type: 'AuthorizePayment',
  planHash,
  ceiling: toMicros(250n),
  approved: { payTo: 'PAYEE', asset: 'USDC', network: 'solana:x' },
} as const;
const prepare = {
  ...bytes,
  type: 'PreparePayment',
  attempt: 1,
  payTo: 'PAYEE',
  amount: toMicros(200n),
  lastValidBlockHeight: 150n,
} as const;
const submit = { type: 'SubmitPayment', attempt: 1 } as const;
const confirm = { type: 'ConfirmPayment', attempt: 1, signature: 'SIG', slot: 42n } as const;
const fail = { type: 'FailPayment', attempt: 1, code: 'PAYMENT_EXPIRED', message: 'It expired.' } as const;
const deliver = { type: 'RecordDelivery', answerHash: 'c'.repeat(64) } as const;
const giveUp = {
  type: 'RecordNonDelivery',
  code: 'PAYMENT_UNDELIVERED',
  message: 'No answer came.',
} as const;

const given = (...history: PaymentEvent[]) => givenHistory(paymentDecider, history);
const ready = [quoted, authorized];
const sent = [...ready, prepared, submitted];
const paid = [...sent, confirmed];

describe('a quote', () => {
  it('is recorded', () => given().when(quote).then([quoted]));

  it('is recorded once', () => {
    given(quoted).when(quote).thenNothing();
    given(...paid)
      .when(quote)
      .thenNothing();
  });

  it('may change while nothing is signed, and must be authorized anew', () => {
    const cheaper: PaymentEvent = { ...terms, type: 'PaymentQuoted', v: 1, amount: '150' };
    given(...ready)
      .when({ ...quote, amount: toMicros(150n) })
      .then([cheaper]);
    given(...ready, cheaper)
      .when(prepare)
      .refuses('WRONG_STATE', { status: 'quoted' });
  });

  it('that changed while somebody signed for the former one leaves those bytes without a record', () => {
    const cheaper: PaymentEvent = { ...terms, type: 'PaymentQuoted', v: 1, amount: '150' };
    given(...ready, cheaper, authorized)
      .when(prepare)
      .refuses('WRONG_STATE', { signed: '200', authorized: '150' });
    given(...ready)
      .when({ ...prepare, payTo: 'OTHER' })
      .refuses('WRONG_STATE', { signed: '200', authorized: '200' });
  });

  it('cannot change while signed bytes may land, nor afterwards', () => {
    for (const history of [[...ready, prepared], sent, paid])
      given(...history)
        .when({ ...quote, amount: toMicros(150n) })
        .refuses('PAYMENT_UNDER_WAY', { quoted: '200', asked: '150' });
  });
});

describe('the authorization of a payment', () => {
  it('is given within the ceiling of the plan', () => given(quoted).when(authorize).then([authorized]));

  it('is given at the ceiling itself', () =>
    given(quoted)
      .when({ ...authorize, ceiling: toMicros(200n) })
      .then([{ type: 'PaymentAuthorized', v: 1, planHash, ceiling: '200' }]));

  it('is refused one micro-USDC above the ceiling', () =>
    given(quoted)
      .when({ ...authorize, ceiling: toMicros(199n) })
      .refuses('PRICE_DRIFT', { quoted: '200', approved: '199' }));

  it.each(['payTo', 'asset', 'network'] as const)('is refused when the service names another %s', (key) =>
    given(quoted)
      .when({ ...authorize, approved: { ...authorize.approved, [key]: 'OTHER' } })
      .refuses('RECIPIENT_CHANGED'),
  );

  it('tells both recipients', () =>
    given(quoted)
      .when({ ...authorize, approved: { ...authorize.approved, payTo: 'OTHER' } })
      .refuses('RECIPIENT_CHANGED', {
        approvedPayTo: 'OTHER',
        quotedPayTo: 'PAYEE',
        approvedAsset: 'USDC',
        quotedAsset: 'USDC',
        approvedNetwork: 'solana:x',
        quotedNetwork: 'solana:x',
      }));

  it('needs a quote', () => given().when(authorize).refuses('WRONG_STATE', { status: 'none' }));

  it('is given once, under the plan that is approved when it is signed', () => {
    given(...paid)
      .when(authorize)
      .thenNothing();
    given(...ready)
      .when({ ...authorize, planHash: 'a'.repeat(64) })
      .then([{ ...authorized, planHash: 'a'.repeat(64) }]);
    given(...paid)
      .when({ ...authorize, planHash: 'a'.repeat(64) })
      .refuses('WRONG_STATE', { ceiling: '250' });
  });
});

describe('the signed bytes of a payment', () => {
  it('are recorded before they are sent', () =>
    given(...ready)
      .when(prepare)
      .then([prepared]));

  it('need an authorization', () => given(quoted).when(prepare).refuses('WRONG_STATE', { status: 'quoted' }));

  it('are kept, so that the same can be sent again', () => {
    const state = fold(paymentDecider, sent);
    expect(state.status === 'submitted' && state.prepared).toEqual({
      ...bytes,
      attempt: 1,
      lastValidBlockHeight: 150n,
    });
  });

  it('are recorded once', () =>
    given(...sent)
      .when(prepare)
      .thenNothing());

  it('are the only ones while they may land', () => {
    for (const history of [[...ready, prepared], sent, paid])
      given(...history)
        .when({ ...prepare, header: 'b3RoZXI=' })
        .refuses('PAYMENT_UNDER_WAY', { attempt: 1 });
    given(...sent)
      .when({ ...prepare, attempt: 2 })
      .refuses('PAYMENT_UNDER_WAY');
  });

  it('are of the next attempt after the first can never land', () => {
    given(...sent, failed)
      .when({ ...prepare, attempt: 2 })
      .then([{ ...prepared, type: 'PaymentPrepared', attempt: 2 } as PaymentEvent]);
    given(...sent, failed)
      .when(prepare)
      .refuses('WRONG_ATTEMPT', { attempt: 1, current: 2 });
  });

  it('are submitted once', () => {
    given(...ready, prepared)
      .when(submit)
      .then([submitted]);
    given(...sent)
      .when(submit)
      .thenNothing();
    given(...paid)
      .when(submit)
      .thenNothing();
  });

  it('are not submitted before they are recorded, nor for another attempt', () => {
    given(...ready)
      .when(submit)
      .refuses('WRONG_STATE', { status: 'authorized' });
    given(...ready, prepared)
      .when({ ...submit, attempt: 2 })
      .refuses('WRONG_ATTEMPT');
  });
});

describe('a payment', () => {
  it('is confirmed once it stands on the chain', () =>
    given(...sent)
      .when(confirm)
      .then([confirmed]));

  it('is confirmed even if a crash came before its sending was recorded', () =>
    given(...ready, prepared)
      .when(confirm)
      .then([confirmed]));

  it('is confirmed once only', () => {
    given(...paid)
      .when(confirm)
      .thenNothing();
    given(...paid)
      .when({ ...confirm, signature: 'SIG2' })
      .refuses('PAYMENT_SETTLED', { signature: 'SIG', attempt: 1 });
  });

  it('is not confirmed for an attempt that was given up', () => {
    given(...sent, failed)
      .when(confirm)
      .refuses('WRONG_STATE', { status: 'authorized' });
    given(...sent, failed, { ...prepared, type: 'PaymentPrepared', attempt: 2 } as PaymentEvent)
      .when(confirm)
      .refuses('WRONG_ATTEMPT', { attempt: 1, current: 2 });
  });

  it('fails when its bytes can never land any more, and opens the next attempt', () => {
    given(...sent)
      .when(fail)
      .then([failed]);
    given(...ready, prepared)
      .when(fail)
      .then([failed]);
  });

  it('fails once an attempt', () =>
    given(...sent, failed)
      .when(fail)
      .thenNothing());

  it('that is confirmed never fails', () =>
    given(...paid)
      .when(fail)
      .refuses('PAYMENT_SETTLED', { signature: 'SIG', attempt: 1 }));

  it('without signed bytes cannot fail', () =>
    given(...ready)
      .when(fail)
      .refuses('WRONG_STATE'));
});

describe('the delivery of a payment', () => {
  it('is recorded', () =>
    given(...paid)
      .when(deliver)
      .then([delivered]));

  it('is recorded once, with the first answer', () =>
    given(...paid, delivered)
      .when({ ...deliver, answerHash: 'd'.repeat(64) })
      .thenNothing());

  it('needs a settled payment', () => {
    const histories: PaymentEvent[][] = [[], [quoted], ready, sent, [...sent, failed]];
    for (const history of histories) {
      given(...history)
        .when(deliver)
        .refuses('WRONG_STATE');
      given(...history)
        .when(giveUp)
        .refuses('WRONG_STATE');
    }
  });

  it('is given up once', () => {
    given(...paid)
      .when(giveUp)
      .then([undelivered]);
    given(...paid, undelivered)
      .when(giveUp)
      .thenNothing();
  });

  it('may still come after it was given up', () =>
    given(...paid, undelivered)
      .when(deliver)
      .then([delivered]));

  it('is not given up after it came', () =>
    given(...paid, delivered)
      .when(giveUp)
      .refuses('PAYMENT_DELIVERED', { answerHash: 'c'.repeat(64) }));
});

it('every command but a quote is refused before there is a quote', () => {
  const others: PaymentCommand[] = [authorize, prepare, submit, confirm, fail, deliver, giveUp];
  for (const command of others) given().when(command).refuses('WRONG_STATE', { status: 'none' });
});
