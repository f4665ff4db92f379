import { beforeEach, describe, expect, it } from '@jest/globals';
import { HeldRun } from '../../test/kit/held-run.js';
import { authorize, COST, confirm, expire, prepare, quote, submit } from '../../test/kit/one-payment.js';
import { cancel, endDrain } from '../../test/kit/runs.js';
import type { EscrowCommand } from '../commands/escrow/commands.js';
import { availableOf } from '../commands/escrow/state.js';
import type { PaymentCommand } from '../commands/payment/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { toMicros } from '../kernel/money.js';
import { CommandHandler } from '../runtime/command-handler.js';
import { releaseTimer } from '../sagas/settle-escrow.js';
import { HoldRelease } from './hold-release.js';

const AT = '2026-01-02T03:04:05.678Z';
const EXPIRES = '2027-01-01T00:00:00.000Z';
const now = Date.parse(AT);
const task = {
  ...{ releaseOf: 'hold_1', userId: 'user_01', workflowId: 'wf_01', runNo: 1, look: 1 },
  payments: ['pay_0', 'pay_1'],
};

describe('the hold of a run that is over', () => {
  let run: HeldRun;
  const book = (command: EscrowCommand) => run.book(command);
  const pay = (...commands: PaymentCommand[]) => run.pay('pay_1', ...commands);
  const capture = () => book({ type: 'CaptureHold', holdId: 'hold_1', paymentId: 'pay_1', amount: COST });
  const available = async () => availableOf(await run.account());
  const look = (no = 1) =>
    new HoldRelease(run.dispatch, run.timers, { now: () => now }).run({ ...task, look: no });
  const waits = async () => (await run.timers.due(now + 60_000, 10)).map(({ id }) => id);
  const told = async (stream: string) => {
    const types: string[] = [];
    for await (const { event } of run.store.read(stream)) types.push(event.type);
    return types;
  };

  beforeEach(async () => {
    run = new HeldRun();
    await run.begin(EXPIRES);
    await run.say(cancel(), endDrain());
  });

  it('does not keep its run: that is settled with what is known, once', async () => {
    await pay(quote, authorize, prepare, submit);
    await look();
    await look();
    const { state } = await run.dispatch.load(workflow, 'wf_01');
    expect(state).toMatchObject({ status: 'closed', settled: true, mayStillPay: true });
    expect((await told('workflow-wf_01')).filter((type) => type === 'WorkflowSettled')).toHaveLength(1);
    expect(await available()).toBe(0n);
  });

  it('is released at once where nothing was signed, and nothing can be signed after it', async () => {
    await pay(quote, authorize);
    await look();
    expect(await available()).toBe(COST);
    await expect(pay(prepare)).rejects.toMatchObject({ code: 'PAYMENT_CLOSED', kind: 'terminal' });
    await expect(pay(quote)).rejects.toMatchObject({ code: 'PAYMENT_CLOSED' });
    // one that had not even asked for its terms
    expect(await told('payment-pay_0')).toEqual(['PaymentClosed']);
  });

  it('stays as long as what was signed may land', async () => {
    await pay(quote, authorize, prepare, submit);
    await look();
    expect([await available(), await waits()]).toEqual([0n, [releaseTimer('hold_1')]]);
    await pay(expire);
    await look();
    expect(await available()).toBe(COST);
  });

  it('keeps what was signed may cost, at most, and gives back the rest at once', async () => {
    run = new HeldRun();
    await run.begin(EXPIRES, toMicros(5n * COST));
    await run.say(cancel(), endDrain());
    const dear = toMicros(2n * COST);
    await pay(quote, { ...authorize, ceiling: dear } as PaymentCommand, prepare, submit);
    await look();
    // should these bytes expire, a worker that is late may sign for as much before the next look
    expect(await available()).toBe(3n * COST);
    await look();
    expect((await told('escrow-user_01')).filter((type) => type === 'HoldReduced')).toHaveLength(1);
    await pay(confirm);
    await look(2);
    expect(await available()).toBe(4n * COST);
    await capture();
    await look(3);
    expect([await available(), (await told('escrow-user_01')).slice(-3)]).toEqual([
      4n * COST,
      ['HoldReduced', 'HoldCaptured', 'HoldReleased'],
    ]);
  });

  it('pays what lands after the run is over', async () => {
    await pay(quote, authorize, prepare, submit);
    await look();
    await pay(confirm);
    await look();
    // known to have landed, and not captured yet
    expect(await told('escrow-user_01')).not.toContain('HoldReleased');
    await capture();
    await look();
    expect([await available(), (await told('escrow-user_01')).slice(-2)]).toEqual([
      0n,
      ['HoldCaptured', 'HoldReleased'],
    ]);
  });

  it('is released once, and waited for no more', async () => {
    await look();
    await run.timers.set([
      { id: releaseTimer('hold_1'), dueAt: now, action: { do: 'job', job: {} as never } },
    ]);
    await look();
    expect((await told('escrow-user_01')).filter((type) => type === 'HoldReleased')).toHaveLength(1);
    expect(await waits()).toEqual([]);
  });

  it('that has expired holds nothing for anybody: its run is settled', async () => {
    await pay(quote, authorize, prepare, submit);
    await book({ type: 'ExpireHold', holdId: 'hold_1', at: EXPIRES });
    await look();
    expect((await told('escrow-user_01')).slice(-2)).toEqual(['HoldExpired', 'HoldReleased']);
  });

  it('is looked at again when somebody signs while it is closed', async () => {
    await pay(quote, authorize);
    const hasty = {
      load: run.dispatch.load.bind(run.dispatch),
      send: async (...args: Parameters<CommandHandler['send']>) => {
        if (args[1] === 'pay_1') await pay(prepare, submit);
        return run.dispatch.send(...args);
      },
    } as unknown as CommandHandler;
    await new HoldRelease(hasty, run.timers, { now: () => now }).run({ ...task, payments: ['pay_1'] });
    expect([await available(), await waits()]).toEqual([0n, [releaseTimer('hold_1')]]);
  });
});
