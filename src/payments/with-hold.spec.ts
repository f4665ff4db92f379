import { describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import type { EscrowCommand } from '../commands/escrow/commands.js';
import { escrow } from '../commands/escrow/decide.js';
import type { StepExecutor } from '../execution/step-executor.js';
import { toMicros } from '../kernel/money.js';
import { CommandHandler } from '../runtime/command-handler.js';
import { withHold } from './with-hold.js';

const AT = '2026-01-02T03:04:05.678Z';
const EXPIRES = '2027-01-01T00:00:00.000Z';
const reason = 'The wallet was reported stolen.';

type Work = Parameters<StepExecutor>[0];
const work = {
  run: { approval: { holdId: 'hold_1' }, created: { workflowId: 'wf_01', userId: 'user_01' } },
  step: { id: 'step_1', maxCost: '20000' },
  task: { runNo: 1 },
} as unknown as Work;

async function withAccount(...more: EscrowCommand[]) {
  const dispatch = new CommandHandler(new MemoryEventStore(), { now: () => Date.parse(AT) });
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
  return withHold(dispatch, async () => done);
}

describe('a step that costs something', () => {
  it('is begun while its hold covers it', async () =>
    expect(await (await withAccount())(work)).toEqual({ done: true }));

  it('is not begun out of a frozen account, and says why', async () => {
    const execute = await withAccount({ type: 'FreezeAccount', reason, at: AT });
    await expect(execute(work)).rejects.toMatchObject({
      code: 'FUNDS_EXHAUSTED',
      message: `The escrow account is frozen since ${AT}: The wallet was reported stolen.`,
      figures: { required: '20000', available: '0' },
    });
  });

  it('is begun again when the account is unfrozen', async () => {
    const freeze = { type: 'FreezeAccount', reason, at: AT } as const;
    const execute = await withAccount(freeze, { type: 'UnfreezeAccount', reason: 'It was found.', at: AT });
    expect(await execute(work)).toEqual({ done: true });
  });
});
