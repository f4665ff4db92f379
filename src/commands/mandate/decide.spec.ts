import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { given as givenHistory } from '../../../test/kit/decider-spec.js';
import type { MandateEvent } from '../../events/mandate.js';
import { isRefusal } from '../../kernel/errors.js';
import { toMicros } from '../../kernel/money.js';
import type { ConsumeMandate, GrantMandate, MandateCommand } from './commands.js';
import { mandateDecider } from './decide.js';
import { remainingOf } from './state.js';

const T0 = '2026-01-01T00:00:00.000Z';
const T1 = '2026-01-02T00:00:00.000Z';
const END = '2026-02-01T00:00:00.000Z';
const usdc = (micros: bigint) => toMicros(micros);

const grant: GrantMandate = {
  type: 'GrantMandate',
  at: T0,
  mandateId: 'mdt_1',
  userId: 'user_1',
  wallet: 'W1',
  network: 'solana:x',
  asset: 'USDC',
  maxTotal: usdc(100n),
  maxPerTransaction: usdc(60n),
  allowedRecipients: ['P1', 'P2'],
  expiresAt: END,
  message: 'signed',
  signature: 'sig',
};
const use: ConsumeMandate = {
  type: 'ConsumeMandate',
  at: T1,
  userId: 'user_1',
  workflowId: 'wf_1',
  runNo: 1,
  planHash: 'a'.repeat(64),
  amount: usdc(50n),
  recipients: ['P1'],
};
const { type: _type, at: _at, maxTotal: _total, maxPerTransaction: _each, ...signed } = grant;
const granted: MandateEvent = {
  type: 'MandateGranted',
  v: 1,
  ...signed,
  maxTotal: '100',
  maxPerTransaction: '60',
  grantedAt: T0,
};
const used = (workflowId: string, amount: string): MandateEvent => ({
  type: 'MandateConsumed',
  v: 1,
  workflowId,
  runNo: 1,
  planHash: 'a'.repeat(64),
  amount,
  consumedAt: T1,
});
const released = (workflowId: string, spent: string, back: string): MandateEvent => ({
  type: 'MandateUseReleased',
  v: 1,
  workflowId,
  runNo: 1,
  spent,
  released: back,
});
const revoked: MandateEvent = { type: 'MandateRevoked', v: 1, revokedAt: T1 };
const expired: MandateEvent = { type: 'MandateExpired', v: 1, expiredAt: END };
const release = (spent: bigint, workflowId = 'wf_1') =>
  ({ type: 'ReleaseMandateUse', workflowId, runNo: 1, spent: usdc(spent) }) as const;
const revoke = { type: 'RevokeMandate', at: T1 } as const;
const expire = (at: string) => ({ type: 'ExpireMandate', at }) as const;

const given = (...history: MandateEvent[]) => givenHistory(mandateDecider, history);

describe('a mandate', () => {
  it('is granted as it was signed', () => given().when(grant).then([granted]));

  it('is granted once by one nonce: other words under it are refused, and the same ones once it is over', () => {
    given(granted).when(grant).thenNothing();
    given(granted)
      .when({ ...grant, message: 'other words' })
      .refuses('NONCE_USED');
    given(granted, revoked).when(grant).refuses('NONCE_USED');
    given(granted, expired).when(grant).refuses('NONCE_USED');
  });

  it.each([
    ['nothing for one plan', { maxPerTransaction: usdc(0n) }],
    ['more for one plan than for all', { maxPerTransaction: usdc(101n) }],
    ['an end before the beginning', { expiresAt: T0 }],
  ])('is refused with %s', (_what, wrong) =>
    given()
      .when({ ...grant, ...wrong })
      .refuses('VALIDATION_FAILED'),
  );

  it('is used by a run once', () => {
    given(granted)
      .when(use)
      .then([used('wf_1', '50')]);
    given(granted, used('wf_1', '50')).when(use).thenNothing();
    given(granted, used('wf_1', '50'))
      .when({ ...use, planHash: 'b'.repeat(64) })
      .refuses('MANDATE_USED', { workflowId: 'wf_1', runNo: 1, used: '50', asked: '50' });
    given(granted, used('wf_1', '50'), released('wf_1', '0', '50'))
      .when(use)
      .refuses('MANDATE_USED');
  });

  it('is used up to its limits to the unit, and not one beyond', () => {
    given(granted)
      .when({ ...use, amount: usdc(60n) })
      .then([used('wf_1', '60')]);
    given(granted)
      .when({ ...use, amount: usdc(61n) })
      .refuses('MANDATE_LIMIT', { of: 'maxPerTransaction', limit: '60', asked: '61', remaining: '100' });
    given(granted, used('wf_2', '50'))
      .when(use)
      .then([used('wf_1', '50')]);
    given(granted, used('wf_2', '50'))
      .when({ ...use, amount: usdc(51n) })
      .refuses('MANDATE_LIMIT', { of: 'maxTotal', limit: '100', asked: '51', remaining: '50' });
  });

  it('is used for recipients it names, and for anybody where it names none', () => {
    given(granted)
      .when({ ...use, recipients: ['P1', 'P3', 'P3'] })
      .refuses('MANDATE_RECIPIENT', { recipients: ['P3'], allowed: ['P1', 'P2'] });
    const { allowedRecipients: _named, ...anybody } = granted as Extract<
      MandateEvent,
      { type: 'MandateGranted' }
    >;
    given(anybody)
      .when({ ...use, recipients: ['P3'] })
      .then([used('wf_1', '50')]);
  });

  it('takes back what a run did not spend, once', () => {
    given(granted, used('wf_1', '50'))
      .when(release(20n))
      .then([released('wf_1', '20', '30')]);
    given(granted, used('wf_1', '50'), released('wf_1', '20', '30'))
      .when(release(0n))
      .thenNothing();
    given(granted).when(release(20n)).thenNothing();
  });

  it('counts no more than it was used for, whatever its owner approved by hand', () =>
    given(granted, used('wf_1', '50'))
      .when(release(70n))
      .then([released('wf_1', '50', '0')]));

  it('is used no more once revoked, and what was used stays', () => {
    given(granted).when(revoke).then([revoked]);
    given(granted, revoked).when(use).refuses('MANDATE_REVOKED');
    given(granted, used('wf_1', '50'), revoked)
      .when(release(20n))
      .then([released('wf_1', '20', '30')]);
    given(granted, expired).when(revoke).thenNothing();
  });

  it('is used until it expires and not at that moment', () => {
    given(granted)
      .when({ ...use, at: '2026-01-31T23:59:59.999Z' })
      .then([{ ...used('wf_1', '50'), consumedAt: '2026-01-31T23:59:59.999Z' } as MandateEvent]);
    given(granted)
      .when({ ...use, at: END })
      .refuses('MANDATE_EXPIRED', { expiresAt: END });
    given(granted).when(expire(END)).then([expired]);
    given(granted).when(expire(T1)).refuses('MANDATE_NOT_DUE');
    given(granted, revoked).when(expire(END)).thenNothing();
  });

  it("is nobody else's to use, and nobody's before it is granted", () => {
    given(granted)
      .when({ ...use, userId: 'user_2' })
      .refuses('NOT_FOUND');
    for (const command of [use, release(1n), revoke, expire(END)]) given().when(command).refuses('NOT_FOUND');
  });
});

describe('workflows that use a mandate at once', () => {
  const RUNS = 10_000;
  const among = <const T>(...values: T[]) => fc.constantFrom(...values);
  const workflowId = among('wf_1', 'wf_2', 'wf_3', 'wf_4', 'wf_5');
  const runNo = among(1, 1, 2);
  const command: fc.Arbitrary<MandateCommand> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        type: among('ConsumeMandate'),
        at: among(T1, T1, T1, END),
        userId: among('user_1', 'user_1', 'user_1', 'user_2'),
        workflowId,
        runNo,
        planHash: among('a'.repeat(64), 'b'.repeat(64)),
        amount: fc.integer({ min: 0, max: 70 }).map((n) => usdc(BigInt(n))),
        recipients: among<readonly string[]>([], ['P1'], ['P3']),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        type: among('ReleaseMandateUse'),
        workflowId,
        runNo,
        spent: fc.integer({ min: 0, max: 80 }).map((n) => usdc(BigInt(n))),
      }),
    },
    { weight: 1, arbitrary: among<MandateCommand>(grant, revoke, expire(END), expire(T1)) },
  );

  it(`never spend more than its total together, in ${RUNS} random orders`, () =>
    fc.assert(
      fc.property(fc.array(command, { minLength: 3, maxLength: 9 }), (commands) => {
        const { history, state } = toldWith([grant, ...commands]);
        const { spent, open, wrong } = booksOf(history);
        if (wrong || spent + open > 100n) throw new Error(`overdrawn: ${JSON.stringify(history)}`);
        if (state.status !== 'none' && remainingOf(state) !== 100n - spent - open)
          throw new Error(`${remainingOf(state)} left: ${JSON.stringify(history)}`);
      }),
      { numRuns: RUNS },
    ));
});

/** What is refused leaves no trace, and what is said again changes nothing. */
function toldWith(commands: readonly MandateCommand[]) {
  const history: MandateEvent[] = [];
  let state = mandateDecider.initial;
  for (const command of commands) {
    try {
      for (const event of mandateDecider.decide(command, state)) {
        history.push(event);
        state = mandateDecider.evolve(state, event);
      }
    } catch (error) {
      if (isRefusal(error)) continue;
      throw error;
    }
    if (mandateDecider.decide(command, state).length > 0) throw new Error(`twice: ${command.type}`);
  }
  return { history, state };
}

/** The books of a mandate, added up from its history alone. */
function booksOf(history: readonly MandateEvent[]) {
  const open = new Map<string, bigint>();
  let spent = 0n;
  let wrong = false;
  for (const event of history) {
    if (event.type === 'MandateConsumed') {
      const key = `${event.workflowId} ${event.runNo}`;
      wrong ||= BigInt(event.amount) > 60n || open.has(key);
      open.set(key, BigInt(event.amount));
    }
    if (event.type === 'MandateUseReleased') {
      spent += BigInt(event.spent);
      open.set(`${event.workflowId} ${event.runNo}`, 0n);
    }
  }
  return { spent, open: [...open.values()].reduce((sum, amount) => sum + amount, 0n), wrong };
}
