import { beforeEach, describe, expect, it } from '@jest/globals';
import { authorize, COST, confirm, expire, prepare, quote, submit } from '../../test/kit/one-payment.js';
import { assemble, paid, planOf, start, toExecution } from '../../test/kit/runs.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemoryTimerStore } from '../adapters/memory/timer-store.js';
import type { EscrowCommand } from '../commands/escrow/commands.js';
import { escrow } from '../commands/escrow/decide.js';
import type { PaymentCommand } from '../commands/payment/commands.js';
import { payment } from '../commands/payment/decide.js';
import { workflow } from '../commands/workflow/decide.js';
import { paymentIdOf } from '../kernel/ids.js';
import { CommandHandler } from '../runtime/command-handler.js';
import { expiryTimer } from '../sagas/settle-escrow.js';
import { HoldExpiry } from './hold-expiry.js';

const AT = '2026-01-02T03:00:00.000Z';
const EXPIRES = '2026-01-02T04:00:00.000Z';
const LATER = '2026-01-02T05:00:00.000Z';
const due = Date.parse(EXPIRES);
const task = { expiryOf: 'hold_1', userId: 'user_01', workflowId: 'wf_01' };

describe('a hold whose time is up', () => {
  let dispatch: CommandHandler;
  let timers: MemoryTimerStore;
  let said = 0;
  const context = () => ({
    commandId: `c${++said}`,
    correlationId: 'wf_01',
    actor: { type: 'system', id: 'test' } as const,
  });
  const book = (command: EscrowCommand) => dispatch.send(escrow, 'user_01', command, context());
  const pay = async (what: string, holdId: string, ...commands: PaymentCommand[]) => {
    const paymentId = paymentIdOf('wf_01', 1, what);
    for (const command of [{ ...quote, paymentId, holdId }, authorize, ...commands])
      await dispatch.send(payment, paymentId, command, context());
    return paymentId;
  };
  const look = async (now: number) => {
    await new HoldExpiry(dispatch, timers, { now: () => now }).run(task);
    const { state } = await dispatch.load(escrow, 'user_01');
    return state.status === 'open' ? state.holds.get('hold_1')!.status : undefined;
  };
  const waits = async () => (await timers.due(Date.parse(LATER), 10)).map(({ id }) => id);

  beforeEach(async () => {
    dispatch = new CommandHandler(new MemoryEventStore(), { now: () => due });
    timers = new MemoryTimerStore();
    const job = { kind: 'chain', priority: 'normal', id: 'x', correlationId: 'wf_01', payload: {} } as const;
    await timers.set([{ id: expiryTimer('hold_1'), dueAt: due, action: { do: 'job', job, every: 1 } }]);
    const deposit = { signature: 'D', amount: COST };
    const hold = { holdId: 'hold_1', amount: COST, purpose: 'wf_01', at: AT, expiresAt: EXPIRES };
    await book({
      type: 'OpenEscrowAccount',
      ...{ userId: 'user_01', wallet: 'W', network: 'n', asset: 'USDC', at: AT },
    });
    await book({ type: 'SubmitDeposit', ...deposit, at: AT, expiresAt: EXPIRES });
    await book({ type: 'ConfirmDeposit', ...deposit, slot: 1n });
    await book({ type: 'PlaceHold', ...hold });
    const plan = planOf(paid('step_1'), assemble('step_2', ['step_1']));
    for (const command of [...toExecution(plan), start('step_1')])
      await dispatch.send(workflow, 'wf_01', command, context());
  });

  it('expires, and not before', async () => {
    expect(await look(due - 1)).toBe('open');
    expect(await look(due)).toBe('expired');
    expect(await waits()).toEqual([expiryTimer('hold_1')]);
    await look(due + 1);
    expect(await waits()).toEqual([]);
  });

  it('expires later when it was extended', async () => {
    await book({ type: 'ExtendHold', holdId: 'hold_1', amount: COST, at: AT, expiresAt: LATER });
    expect(await look(due)).toBe('open');
    expect(await look(Date.parse(LATER))).toBe('expired');
  });

  it('stays while something signed may land, however long', async () => {
    await pay('step_1', 'hold_1', prepare);
    expect(await look(due)).toBe('open');
    expect(await look(due + 86_400_000)).toBe('open');
    expect(await waits()).toEqual([expiryTimer('hold_1')]);
  });

  it('stays while something sent may land, and expires when that cannot any more', async () => {
    const paymentId = await pay('step_1', 'hold_1', prepare, submit);
    expect(await look(due)).toBe('open');
    await dispatch.send(payment, paymentId, expire, context());
    expect(await look(due)).toBe('expired');
  });

  it('stays until what has landed is captured, unless that is refused', async () => {
    const paymentId = await pay('step_1', 'hold_1', prepare, submit, confirm);
    expect(await look(due)).toBe('open');
    expect(await look(due + 11 * 60_000)).toBe('expired');
    await book({ type: 'ExtendHold', holdId: 'hold_1', amount: COST, at: AT, expiresAt: LATER });
    await book({ type: 'CaptureHold', holdId: 'hold_1', paymentId, amount: COST });
    expect(await look(Date.parse(LATER))).toBe('expired');
  });

  it('does not stay for what is paid out of another one, or was only asked', async () => {
    await pay('step_1', 'hold_2', prepare, submit);
    expect(await look(due)).toBe('expired');
  });

  it('does not stay for what was authorized and not signed', async () => {
    await pay('step_1', 'hold_1');
    expect(await look(due)).toBe('expired');
  });
});
