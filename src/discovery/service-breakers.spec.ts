import { EventEmitter, once } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { PaidWorld, paidStep } from '../../test/kit/paid-world.js';
import { MemoryBreakerStore } from '../adapters/memory/breaker-store.js';
import { systemChance } from '../adapters/system/chance.js';
import { BREAKER } from '../kernel/breaker.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { StepPayments } from '../payments/pay-for-step.js';
import { ServiceBreakers } from './service-breakers.js';

const calm = new AbortController().signal;
const clock = { at: 0, now: () => clock.at };
let store: MemoryBreakerStore;
let logged: string[];

const note = (_: object, message: string) => void logged.push(message);
/** A process of its own on the shared store. */
const processOf = (on: ConstructorParameters<typeof ServiceBreakers>[0] = store) =>
  new ServiceBreakers(on, clock, systemChance, { info: note, warn: note, error: note });

beforeEach(() => {
  clock.at = 1_000_000;
  store = new MemoryBreakerStore();
  logged = [];
});

const broken = new Refusal('SERVICE_ERROR', 'It answered 503.', { status: 503 }, 'retryable');
const serves = async () => 'served';
const fails =
  (error: unknown = broken) =>
  async (): Promise<string> => {
    throw error;
  };

/** What became of a call: its answer or its code. */
const outcome = (breakers: ServiceBreakers, call: () => Promise<string> = serves, id = 'svc_1') =>
  breakers.guard(id, calm, call).catch((error: unknown) => (isRefusal(error) ? error.code : String(error)));

const trip = async (breakers: ServiceBreakers) => {
  for (let n = 0; n < BREAKER.failures; n++) await outcome(breakers, fails());
};

describe('the breaker of a service', () => {
  it('refuses the sixth call after five failures, as retryable, and says until when', async () => {
    const breakers = processOf();
    await trip(breakers);
    await expect(breakers.guard('svc_1', calm, serves)).rejects.toMatchObject({
      code: 'BREAKER_OPEN',
      kind: 'retryable',
      figures: {
        retryAt: new Date(clock.at + BREAKER.rest).toISOString(),
        notBefore: new Date(clock.at + BREAKER.rest).toISOString(),
      },
    });
  });

  it('says when it is over at the latest while a call tries the service, and not that nothing is of use before', async () => {
    const breakers = processOf();
    await trip(breakers);
    clock.at += BREAKER.rest;
    const answer = new EventEmitter();
    const probing = breakers.guard('svc_1', calm, () => once(answer, 'given'));
    await expect(breakers.guard('svc_1', calm, serves)).rejects.toMatchObject({
      code: 'BREAKER_OPEN',
      figures: { retryAt: new Date(clock.at + BREAKER.probeTime).toISOString() },
    });
    const refused = await breakers.guard('svc_1', calm, serves).catch((error: unknown) => error);
    expect((refused as Refusal).figures).not.toHaveProperty('notBefore');
    answer.emit('given');
    await probing;
  });

  it('is the business of that service alone', async () => {
    const breakers = processOf();
    await trip(breakers);
    expect(await outcome(breakers, serves, 'svc_2')).toBe('served');
  });

  it('is shared: failures seen by two processes count together, and both leave the service alone', async () => {
    const [one, other] = [processOf(), processOf()];
    for (const breakers of [one, other, one, other, one]) await outcome(breakers, fails());
    expect(await outcome(one)).toBe('BREAKER_OPEN');
    clock.at += 500;
    expect(await outcome(other)).toBe('BREAKER_OPEN');
  });

  it('counts every one of many failures at once', async () => {
    const processes = [processOf(), processOf(), processOf()];
    await Promise.all(Array.from({ length: 6 }, (_, n) => outcome(processes[n % 3]!, fails())));
    expect((await store.load('svc_1')).breaker.is).toBe('open');
  });

  it('lets one probe through after its rest, and everybody once that is served', async () => {
    const breakers = processOf();
    await trip(breakers);
    clock.at += BREAKER.rest;
    let calls = 0;
    const probing = Promise.all(
      [processOf(), processOf(), breakers].map((each) =>
        outcome(each, async () => {
          calls++;
          await new Promise(setImmediate);
          return 'served';
        }),
      ),
    );
    expect((await probing).sort()).toEqual(['BREAKER_OPEN', 'BREAKER_OPEN', 'served']);
    expect(calls).toBe(1);
    expect(await outcome(breakers)).toBe('served');
  });

  it('rests again when the probe fails', async () => {
    const breakers = processOf();
    await trip(breakers);
    clock.at += BREAKER.rest;
    expect(await outcome(breakers, fails())).toBe('SERVICE_ERROR');
    clock.at += BREAKER.rest - 1;
    expect(await outcome(breakers)).toBe('BREAKER_OPEN');
    clock.at += 1;
    expect(await outcome(breakers)).toBe('served');
  });

  it('lets another probe at once when a probe says nothing about the service', async () => {
    const breakers = processOf();
    await trip(breakers);
    clock.at += BREAKER.rest;
    await outcome(breakers, fails(new Refusal('PRICE_DRIFT', 'It costs more now.')));
    expect(await outcome(breakers)).toBe('served');
  });

  it('is not moved by a call that was broken off because the worker stops', async () => {
    const breakers = processOf();
    for (let n = 0; n < 9; n++)
      await breakers.guard('svc_1', AbortSignal.abort(), fails()).catch(() => undefined);
    expect(await outcome(breakers)).toBe('served');
  });

  it.each([
    ['SERVICE_UNREACHABLE', {}],
    ['SERVICE_TIMEOUT', {}],
    ['SERVICE_BAD_OUTPUT', {}],
    ['PAYMENT_UNDELIVERED', {}],
    ['SERVICE_ERROR', { status: null }],
    ['SERVICE_ERROR', { status: 500 }],
  ])('counts %s %j', async (code, figures) => {
    const breakers = processOf();
    for (let n = 0; n < 5; n++) await outcome(breakers, fails(new Refusal(code, 'No.', figures)));
    expect(await outcome(breakers)).toBe('BREAKER_OPEN');
  });

  it.each([
    ['input the service refuses', new Refusal('SERVICE_REFUSED', 'It answered 422.', { status: 422 })],
    ['a busy service', new Refusal('SERVICE_ERROR', 'It answered 429.', { status: 429 }, 'retryable')],
    ['a changed price', new Refusal('PRICE_DRIFT', 'It costs more now.')],
    ['our store', new Refusal('OVERLOADED', 'Too many appends wait.', {}, 'retryable')],
    ['a bug of ours', new TypeError('undefined is not a function')],
  ])('does not count %s', async (_, error) => {
    const breakers = processOf();
    for (let n = 0; n < 9; n++) await outcome(breakers, fails(error));
    expect(await outcome(breakers)).toBe('served');
  });

  it('never stands in the way when the breakers cannot be reached, and says so', async () => {
    const down = async () => {
      throw new Error('no connection');
    };
    const breakers = processOf({ load: down, save: down, all: down });
    expect(await outcome(breakers)).toBe('served');
    expect(await outcome(breakers, fails())).toBe('SERVICE_ERROR');
    expect(logged).toContain('breaker not reached, the call goes on');
  });
});

describe('a paid step behind an open breaker', () => {
  it('asks for no price, signs nothing and pays nothing', async () => {
    const world = new PaidWorld();
    const breakers = processOf();
    await trip(breakers);
    let quotes = 0;
    const payer = {
      ...world.payer,
      quote: (call: Parameters<typeof world.payer.quote>[0]) => {
        quotes++;
        return world.payer.quote(call);
      },
    };
    const payments = new StepPayments(world.process().dispatch, payer);
    const attempt = () => breakers.guard('svc_1', calm, () => payments.call(paidStep(), calm));
    await expect(attempt()).rejects.toMatchObject({ code: 'BREAKER_OPEN' });
    expect([quotes, world.sent, world.spent, (await world.state()).status]).toEqual([0, [], 0n, 'none']);

    clock.at += BREAKER.rest;
    expect((await attempt()).cost).toBe(20_000n);
    expect([quotes, world.spent]).toEqual([1, 20_000n]);
  });
});
