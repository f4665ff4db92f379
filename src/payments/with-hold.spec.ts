import { describe, expect, it } from '@jest/globals';
import { authorize, prepare, quote } from '../../test/kit/one-payment.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import type { EscrowCommand } from '../commands/escrow/commands.js';
import { escrow } from '../commands/escrow/decide.js';
import { payment } from '../commands/payment/decide.js';
import type { StepExecutor } from '../execution/step-executor.js';
import { paymentIdOf } from '../kernel/ids.js';
import { toMicros } from '../kernel/money.js';
import { CommandHandler } from '../runtime/command-handler.js';
import { withHold } from './with-hold.js';

const AT = '2026-01-02T03:04:05.678Z';
const EXPIRES = '2027-01-01T00:00:00.000Z';
const now = Date.parse(AT);
const reason = 'The wallet was reported stolen.';

type Work = Parameters<StepExecutor>[0];
const work = {
  run: { approval: { holdId: 'hold_1' }, created: { workflowId: 'wf_01', userId: 'user_01' } },
  step: { id: 'step_1', maxCost: '20000' },
  task: { runNo: 1 },
} as unknown as Work;

async function withAccount(...more: EscrowCommand[]) {
  const dispatch = new CommandHandler(new MemoryEventStore(), { now: () => now });
  const [signature, amount] = ['S1', toMicros(20_000n)];
  const commands: EscrowCommand[] = [
    { type: 'OpenEscrowAccount', userId: 'user_01', wallet: 'W', network: 'n', asset: 'USDC', at: AT },
    { type: 'SubmitDeposit', signature, amount, at: AT, expiresAt: EXPIRES },
    { type: 'ConfirmDeposit', signature, amount, slot: 1n },
    { type: 'PlaceHold', holdId: 'hold_1', amount, purpose: 'wf_01', at: AT, expiresAt: EXPIRES },
    ...more,
  ];
  for (const [index, command] of commands.entries())
    await dispatch.send(escrow, 'user_01', command, {
      commandId: `c${index}`,
      correlationId: 'wf_01',
      actor: { type: 'system', id: 'test' },
    });
  const done = { done: true } as unknown as Awaited<ReturnType<StepExecutor>>;
  const execute = withHold(dispatch, { now: () => now }, async () => done);
  return { execute, dispatch };
}

describe('a step that costs something', () => {
  it('is begun while its hold covers it', async () =>
    expect(await (await withAccount()).execute(work)).toEqual({ done: true }));

  it('is not begun out of a hold that may be over before it is signed for', async () => {
    const { execute } = await withAccount(
      { type: 'ReleaseHold', holdId: 'hold_1' },
      {
        type: 'PlaceHold',
        ...{ holdId: 'hold_2', amount: toMicros(20_000n), purpose: 'wf_01', at: AT },
        expiresAt: new Date(now + 60_000).toISOString(),
      },
    );
    const run = { ...work.run, approval: { holdId: 'hold_2' } } as unknown as Work['run'];
    await expect(execute({ ...work, run })).rejects.toMatchObject({ code: 'FUNDS_EXHAUSTED' });
  });

  it('is not begun out of a frozen account, and says why', async () => {
    const { execute } = await withAccount({ type: 'FreezeAccount', reason, at: AT });
    await expect(execute(work)).rejects.toMatchObject({
      code: 'FUNDS_EXHAUSTED',
      message: `The escrow account is frozen since ${AT}: The wallet was reported stolen.`,
      figures: { required: '20000', available: '0' },
    });
  });

  it('is begun again when the account is unfrozen', async () => {
    const freeze = { type: 'FreezeAccount', reason, at: AT } as const;
    const { execute } = await withAccount(freeze, {
      type: 'UnfreezeAccount',
      reason: 'It was found.',
      at: AT,
    });
    expect(await execute(work)).toEqual({ done: true });
  });
});

describe('a step that is undone', () => {
  const service = { serviceId: 'svc_1' };
  const undone = (maxCost: string) => ({ compensation: { service, maxCost } });
  const plan = {
    steps: [
      { id: 'step_1', ...undone('5000') },
      { id: 'step_2', ...undone('3000') },
      { id: 'step_3', ...undone('2000') },
      { id: 'step_4' },
    ],
  };
  const undos = { step_1: { status: 'running' }, step_2: { status: 'waiting' }, step_3: { status: 'done' } };
  const undoing = {
    run: { ...work.run, plan, undos },
    step: { ...work.step, maxCost: '5000' },
    task: { ...work.task, undo: true, attempt: 2 },
  } as unknown as Work;
  const expired: EscrowCommand = { type: 'ExpireHold', holdId: 'hold_1', at: EXPIRES };
  const holdIn = async (dispatch: CommandHandler) => {
    const { state } = await dispatch.load(escrow, 'user_01');
    return state.status === 'open' ? state.holds.get('hold_1') : undefined;
  };

  it('is paid out of its hold while that lasts', async () => {
    const { execute, dispatch } = await withAccount();
    expect(await execute(undoing)).toEqual({ done: true });
    expect(await holdIn(dispatch)).toMatchObject({ status: 'open', amount: 20_000n, expiresAt: EXPIRES });
  });

  it('is paid out of a hold that lasts until it is paid', async () => {
    const soon = new Date(now + 60_000).toISOString();
    const again: EscrowCommand = {
      type: 'PlaceHold',
      ...{ holdId: 'hold_2', amount: toMicros(10_000n), purpose: 'wf_01', at: AT, expiresAt: soon },
    };
    const { execute, dispatch } = await withAccount({ type: 'ReleaseHold', holdId: 'hold_1' }, again);
    const run = { ...undoing.run, approval: { holdId: 'hold_2' } } as unknown as Work['run'];
    expect(await execute({ ...undoing, run })).toEqual({ done: true });
    const { state } = await dispatch.load(escrow, 'user_01');
    const hold = state.status === 'open' ? state.holds.get('hold_2') : undefined;
    expect(hold).toMatchObject({ amount: 10_000n, expiresAt: new Date(now + 15 * 60_000).toISOString() });
  });

  it('is held for again, with all that is yet to be undone, when the hold has expired; frozen or not', async () => {
    const { execute, dispatch } = await withAccount(expired, { type: 'FreezeAccount', reason, at: AT });
    expect(await execute(undoing)).toEqual({ done: true });
    expect(await holdIn(dispatch)).toMatchObject({ status: 'open', amount: 8_000n });
  });

  it('is not begun when nothing is left of the account', async () => {
    const rest: EscrowCommand = {
      type: 'PlaceHold',
      ...{ holdId: 'hold_2', amount: toMicros(15_000n), purpose: 'wf_02', at: AT, expiresAt: EXPIRES },
    };
    const { execute } = await withAccount(expired, rest);
    await expect(execute(undoing)).rejects.toMatchObject({
      code: 'FUNDS_EXHAUSTED',
      figures: { required: '8000', available: '5000' },
    });
  });

  it('goes on with what was signed for it before', async () => {
    const { execute, dispatch } = await withAccount(expired);
    const paymentId = paymentIdOf('wf_01', 1, 'step_1undo');
    for (const [index, command] of [{ ...quote, paymentId }, authorize, prepare].entries())
      await dispatch.send(payment, paymentId, command, {
        commandId: `pay ${index}`,
        correlationId: 'wf_01',
        actor: { type: 'system', id: 'test' },
      });
    expect(await execute(undoing)).toEqual({ done: true });
    expect(await holdIn(dispatch)).toMatchObject({ status: 'expired' });
  });
});
