import { describe, expect, it } from '@jest/globals';
import { type Conduct, Crash, good, PaidWorld, paidStep } from '../../test/kit/paid-world.js';
import { isRefusal, type Refusal } from '../kernel/errors.js';
import type { Payer } from '../ports/payments.js';
import { type PaidAnswer, type PaidStep, StepPayments } from './pay-for-step.js';

/** Raised before it begins, so that the chain is looked at once and no test waits. */
const once = AbortSignal.abort();

const call = (world: PaidWorld, step: PaidStep = paidStep(), crashAt?: number): Promise<PaidAnswer> => {
  const { dispatch, payer } = world.process(crashAt);
  return new StepPayments(dispatch, payer).call(step, once);
};

const refusalOf = (paying: Promise<PaidAnswer>): Promise<Refusal> =>
  paying.then(
    () => {
      throw new Error('not refused');
    },
    (error: unknown) => {
      if (isRefusal(error)) return error;
      throw error;
    },
  );

/** Attempts of a step, each by a fresh process, until one has the answer. */
async function insist(world: PaidWorld, attempts = 8): Promise<PaidAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(world);
    } catch (error) {
      if (attempt === attempts || (isRefusal(error) && error.kind === 'terminal')) throw error;
    }
  }
}

describe('a paid step', () => {
  it('is paid once, on the terms of the plan, and says by which transfer', async () => {
    const world = new PaidWorld();
    expect(await call(world)).toEqual({
      answer: good,
      cost: 20_000n,
      payment: {
        paymentId: 'pay_1',
        signature: 'signature of pay_1#1',
        slot: '100',
        payer: 'PAYER',
        payee: 'PAYEE',
        amount: '20000',
        asset: 'USDC',
        network: 'n',
      },
    });
    expect(await world.state()).toMatchObject({ status: 'confirmed', delivery: { status: 'delivered' } });
  });

  it('asked for again brings the answer by the same bytes', async () => {
    const world = new PaidWorld();
    const first = await call(world);
    expect(await call(world)).toEqual(first);
    expect([world.landed.size, new Set(world.sent).size]).toEqual([1, 1]);
  });

  it('that was said to be the first and is not is still paid once', async () => {
    const world = new PaidWorld();
    const step = { ...paidStep(), isFirst: true };
    const first = await call(world, step);
    expect(await call(world, step)).toEqual(first);
    expect([world.landed.size, new Set(world.sent).size]).toEqual([1, 1]);
  });

  it('that turns out to be free costs nothing', async () => {
    const world = new PaidWorld();
    world.free = true;
    expect(await call(world)).toEqual({ answer: good, cost: 0n });
    expect((await world.state()).status).toBe('none');
  });

  it('is cheaper when the service asks less than was approved', async () => {
    const world = new PaidWorld();
    world.price = 15_000n;
    expect((await call(world)).cost).toBe(15_000n);
  });

  it('waits for a settlement that the chain shows late', async () => {
    const world = new PaidWorld();
    world.conduct = ['settle when the chain has moved on'];
    const { dispatch, payer } = world.process();
    const paid = await new StepPayments(dispatch, payer).call(paidStep(), new AbortController().signal);
    expect(paid.payment?.signature).toBe('signature of pay_1#1');
  });
});

/** Terms are on record, and what was signed for them can never land. */
async function expired(world: PaidWorld): Promise<void> {
  world.conduct = ['let the bytes expire'];
  expect((await refusalOf(call(world))).code).toBe('PAYMENT_FAILED');
  expect((await world.state()).status).toBe('authorized');
}

describe('nothing is signed', () => {
  const refused = async (world: PaidWorld, code: string) => {
    const refusal = await refusalOf(call(world));
    expect([refusal.code, refusal.kind]).toEqual([code, 'terminal']);
    expect([world.sent, world.landed.size]).toEqual([[], 0]);
  };

  it('above the ceiling of the step', async () => {
    const world = new PaidWorld();
    world.price = 20_001n;
    await refused(world, 'PRICE_DRIFT');
  });

  it('to another recipient', async () => {
    const world = new PaidWorld();
    world.payTo = 'THIEF';
    await refused(world, 'RECIPIENT_CHANGED');
  });

  it('on terms that drifted while the process was down', async () => {
    const world = new PaidWorld();
    // dies after the first terms were asked, before anything was signed
    await expect(call(world, paidStep(), 4)).rejects.toThrow(Crash);
    expect((await world.state()).status).toBe('none');
    world.price = 20_001n;
    await refused(world, 'PRICE_DRIFT');
  });

  it('on terms that drifted after the first bytes had expired', async () => {
    const world = new PaidWorld();
    await expired(world);
    const { sent } = world;
    Object.assign(world, { price: 20_001n, sent: [], conduct: ['serve'] });
    await refused(world, 'PRICE_DRIFT');
    expect(sent).toHaveLength(3);
  });
});

describe('terms that change within what was approved', () => {
  it('after the first bytes had expired are authorized anew, and the new ones are paid', async () => {
    const world = new PaidWorld();
    await expired(world);
    Object.assign(world, { price: 19_000n, conduct: ['serve'] });
    expect((await call(world)).cost).toBe(19_000n);
    expect(world.spent).toBe(19_000n);
  });

  it('back and forth are the last ones asked', async () => {
    const world = new PaidWorld();
    for (const price of [20_000n, 19_000n, 20_000n, 19_000n]) {
      world.price = price;
      await expired(world);
    }
    Object.assign(world, { price: 20_000n, conduct: ['serve'] });
    expect((await call(world)).cost).toBe(20_000n);
  });

  it('after the bytes left change nothing: the same bytes are sent', async () => {
    const world = new PaidWorld();
    world.conduct = ['answer 503', 'serve'];
    await refusalOf(call(world));
    world.price = 19_000n;
    expect((await call(world)).cost).toBe(20_000n);
    expect(world.landed.size).toBe(1);
  });
});

describe('a service that', () => {
  const refusedBy = async (conduct: Conduct[]) => {
    const world = new PaidWorld();
    world.conduct = conduct;
    const refusal = await refusalOf(call(world));
    return { world, refusal };
  };

  it('is away before it settled may be asked again, with the same bytes', async () => {
    const { world, refusal } = await refusedBy(['answer 503', 'serve']);
    expect([refusal.code, refusal.kind]).toEqual(['SERVICE_ERROR', 'retryable']);
    expect((await insist(world)).cost).toBe(20_000n);
    expect(world.sent).toEqual(['pay_1#1', 'pay_1#1']);
  });

  it('is away after it settled is paid and owes the answer', async () => {
    const { world, refusal } = await refusedBy(['settle and answer 503', 'serve']);
    expect([refusal.code, refusal.kind]).toEqual(['PAYMENT_UNDELIVERED', 'retryable']);
    expect(await world.state()).toMatchObject({ status: 'confirmed', delivery: { status: 'undelivered' } });
    expect((await insist(world)).answer).toEqual(good);
    expect(await world.state()).toMatchObject({ delivery: { status: 'delivered' } });
  });

  it('loses its answer is found on the chain', async () => {
    const { world, refusal } = await refusedBy(['settle and lose the answer', 'serve']);
    expect(refusal.code).toBe('PAYMENT_UNDELIVERED');
    expect((await insist(world)).cost).toBe(20_000n);
    expect(world.landed.size).toBe(1);
  });

  it('takes the money and refuses the work is paid, and asked no more', async () => {
    const { world, refusal } = await refusedBy(['settle and answer 422']);
    expect([refusal.code, refusal.kind]).toEqual(['SERVICE_REFUSED', 'terminal']);
    expect(await world.state()).toMatchObject({ status: 'confirmed', delivery: { status: 'undelivered' } });
  });

  it('claims a settlement that is none is not believed', async () => {
    const { world, refusal } = await refusedBy(['claim a settlement that is none']);
    expect([refusal.code, refusal.kind]).toEqual(['SERVICE_ERROR', 'retryable']);
    expect((await world.state()).status).toBe('submitted');
    expect(world.landed.size).toBe(0);
  });

  it('lets the bytes expire is sent new ones, which the old ones cannot follow', async () => {
    const world = new PaidWorld();
    world.conduct = ['let the bytes expire', 'let the bytes expire', 'serve'];
    expect((await call(world)).payment?.signature).toBe('signature of pay_1#3');
    expect(world.landed.size).toBe(1);
  });

  it('lets them expire for ever is given up for now', async () => {
    const { world, refusal } = await refusedBy(['let the bytes expire']);
    expect([refusal.code, refusal.kind]).toEqual(['PAYMENT_FAILED', 'retryable']);
    expect([world.landed.size, (await world.state()).status]).toEqual([0, 'authorized']);
  });
});

describe('a process that dies between any two lines', () => {
  const conducts: Conduct[][] = [
    ['serve'],
    ['answer 503', 'serve'],
    ['settle and answer 503', 'serve'],
    ['settle and lose the answer', 'serve'],
    ['let the bytes expire', 'serve'],
    ['claim a settlement that is none', 'serve'],
    ['answer 503', 'let the bytes expire', 'settle and lose the answer', 'serve'],
  ];

  it.each(conducts.map((conduct) => [conduct.join(', then '), conduct] as const))(
    'pays once and has the answer in the end, of a service that will %s',
    async (_what, conduct) => {
      let died = true;
      for (let moment = 0; died; moment++) {
        const world = new PaidWorld();
        world.conduct = [...conduct];
        died = await call(world, paidStep(), moment).then(
          () => false,
          (error: unknown) => error instanceof Crash,
        );
        const paid = await insist(world);
        expect([moment, paid.answer.status, paid.cost]).toEqual([moment, 200, 20_000n]);
        expect([moment, world.landed.size, world.spent]).toEqual([moment, 1, 20_000n]);
        expect(await world.state()).toMatchObject({ status: 'confirmed', delivery: { status: 'delivered' } });
      }
    },
  );

  it('twice pays once', async () => {
    for (let first = 0; first < 34; first += 3)
      for (let second = 0; second < 34; second += 3) {
        const world = new PaidWorld();
        world.conduct = ['settle and lose the answer', 'answer 503', 'serve'];
        await call(world, paidStep(), first).catch(() => undefined);
        await call(world, paidStep(), second).catch(() => undefined);
        await insist(world);
        expect([first, second, world.landed.size]).toEqual([first, second, 1]);
      }
  });
});

describe('two workers at once', () => {
  it('pay once, and both have the answer', async () => {
    const world = new PaidWorld();
    const answers = await Promise.all([call(world), call(world), call(world)]);
    expect(answers.map(({ cost }) => cost)).toEqual([20_000n, 20_000n, 20_000n]);
    expect(world.landed.size).toBe(1);
  });
});

describe('a step that went to another service', () => {
  const other = paidStep({
    serviceId: 'svc_2',
    approved: { payTo: 'OTHER', asset: 'USDC', network: 'n' },
    call: { method: 'POST', url: 'http://other', body: {}, idempotencyKey: 'pay_1' },
  });
  /** The first service has bytes that were signed for it, and what it did with them is not known. */
  const signed = async () => {
    const world = new PaidWorld();
    world.conduct = ['answer 503'];
    expect((await refusalOf(call(world))).code).toBe('SERVICE_ERROR');
    world.payTo = 'OTHER';
    world.conduct = ['serve'];
    return world;
  };

  it('T17 is paid to that one, when nothing was signed for the first', async () => {
    const world = new PaidWorld();
    world.price = 20_001n;
    expect((await refusalOf(call(world))).code).toBe('PRICE_DRIFT');
    Object.assign(world, { price: 15_000n, payTo: 'OTHER' });
    const { cost, payment } = await call(world, other);
    expect([cost, payment?.payee, world.landed.size]).toEqual([15_000n, 'OTHER', 1]);
  });

  it('T17 is not paid while what was signed for the first may land', async () => {
    const world = await signed();
    expect(await refusalOf(call(world, other))).toMatchObject({
      code: 'PAYMENT_UNDER_WAY',
      kind: 'retryable',
    });
    expect(world.landed.size).toBe(0);
  });

  it('T17 is not sent what the attempt before signs for the first while this one asks for the terms', async () => {
    const world = new PaidWorld();
    world.payTo = 'OTHER';
    const { dispatch, payer } = world.process();
    const quote: Payer['quote'] = async (...asked) => {
      const quoted = await payer.quote(...asked);
      Object.assign(world, { payTo: 'PAYEE', conduct: ['answer 503'] });
      expect((await refusalOf(call(world))).code).toBe('SERVICE_ERROR');
      return quoted;
    };
    const refusal = await refusalOf(new StepPayments(dispatch, { ...payer, quote }).call(other, once));
    expect([refusal.code, refusal.kind]).toEqual(['PAYMENT_UNDER_WAY', 'retryable']);
    expect(world.sent).toHaveLength(1);
  });

  it('T17 is paid once what was signed for the first can never land', async () => {
    const world = await signed();
    world.height += 20n;
    expect((await call(world, other)).payment?.payee).toBe('OTHER');
    expect(world.landed.size).toBe(1);
  });

  it('I2 is not paid when the first one was', async () => {
    const world = new PaidWorld();
    world.conduct = ['settle and answer 503'];
    expect((await refusalOf(call(world))).code).toBe('PAYMENT_UNDELIVERED');
    Object.assign(world, { payTo: 'OTHER', conduct: ['serve'] });
    expect(await refusalOf(call(world, other))).toMatchObject({ code: 'PAID_OTHERWISE', kind: 'terminal' });
    expect(world.landed.size).toBe(1);
  });

  it('I2 is not paid when what was signed for the first landed unseen', async () => {
    const world = new PaidWorld();
    world.conduct = ['settle and lose the answer'];
    // dies before it looks at the chain
    await expect(call(world, paidStep(), 10)).rejects.toThrow(Crash);
    expect([world.landed.size, (await world.state()).status]).toEqual([1, 'submitted']);
    Object.assign(world, { payTo: 'OTHER', conduct: ['serve'] });
    expect((await refusalOf(call(world, other))).code).toBe('PAID_OTHERWISE');
    expect(world.landed.size).toBe(1);
  });
});
