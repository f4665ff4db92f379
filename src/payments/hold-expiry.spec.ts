import { beforeEach, describe, expect, it } from '@jest/globals';
import { HeldRun } from '../../test/kit/held-run.js';
import { authorize, COST, confirm, expire, prepare, quote, submit } from '../../test/kit/one-payment.js';
import type { PaymentCommand } from '../commands/payment/commands.js';
import { paymentIdOf } from '../kernel/ids.js';
import { expiryTimer } from '../sagas/settle-escrow.js';
import { HoldExpiry } from './hold-expiry.js';

const AT = '2026-01-02T03:00:00.000Z';
const EXPIRES = '2026-01-02T04:00:00.000Z';
const LATER = '2026-01-02T05:00:00.000Z';
const due = Date.parse(EXPIRES);
const task = { expiryOf: 'hold_1', userId: 'user_01', workflowId: 'wf_01' };

describe('a hold whose time is up', () => {
  let run: HeldRun;
  const paid = async (what: string, holdId: string, ...commands: PaymentCommand[]) => {
    const paymentId = paymentIdOf('wf_01', 1, what);
    await run.pay(paymentId, { ...quote, paymentId, holdId }, authorize, ...commands);
    return paymentId;
  };
  const look = async (now: number) => {
    await new HoldExpiry(run.dispatch, run.timers, { now: () => now }).run(task);
    return (await run.account()).holds.get('hold_1')!.status;
  };
  const waits = async () => (await run.timers.due(Date.parse(LATER), 10)).map(({ id }) => id);

  beforeEach(async () => {
    run = new HeldRun();
    await run.begin(EXPIRES);
    const job = { kind: 'chain', priority: 'normal', id: 'x', correlationId: 'wf_01', payload: {} } as const;
    await run.timers.set([{ id: expiryTimer('hold_1'), dueAt: due, action: { do: 'job', job, every: 1 } }]);
  });

  it('expires, and not before', async () => {
    expect(await look(due - 1)).toBe('open');
    expect(await look(due)).toBe('expired');
    expect(await waits()).toEqual([expiryTimer('hold_1')]);
    await look(due + 1);
    expect(await waits()).toEqual([]);
  });

  it('expires later when it was extended', async () => {
    await run.book({ type: 'ExtendHold', holdId: 'hold_1', amount: COST, at: AT, expiresAt: LATER });
    expect(await look(due)).toBe('open');
    expect(await look(Date.parse(LATER))).toBe('expired');
  });

  it('stays while something signed may land, however long', async () => {
    await paid('step_1', 'hold_1', prepare);
    expect(await look(due)).toBe('open');
    expect(await look(due + 86_400_000)).toBe('open');
    expect(await waits()).toEqual([expiryTimer('hold_1')]);
  });

  it('stays while something sent may land, and expires when that cannot any more', async () => {
    const paymentId = await paid('step_1', 'hold_1', prepare, submit);
    expect(await look(due)).toBe('open');
    await run.pay(paymentId, expire);
    expect(await look(due)).toBe('expired');
  });

  it('stays until what has landed is captured, unless that is refused', async () => {
    const paymentId = await paid('step_1', 'hold_1', prepare, submit, confirm);
    expect(await look(due)).toBe('open');
    expect(await look(due + 11 * 60_000)).toBe('expired');
    await run.book({ type: 'ExtendHold', holdId: 'hold_1', amount: COST, at: AT, expiresAt: LATER });
    await run.book({ type: 'CaptureHold', holdId: 'hold_1', paymentId, amount: COST });
    expect(await look(Date.parse(LATER))).toBe('expired');
  });

  it('does not stay for what is paid out of another one, or was only asked', async () => {
    await paid('step_1', 'hold_2', prepare, submit);
    expect(await look(due)).toBe('expired');
  });

  it('does not stay for what was authorized and not signed', async () => {
    await paid('step_1', 'hold_1');
    expect(await look(due)).toBe('expired');
  });
});
