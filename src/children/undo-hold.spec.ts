import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import type { EscrowCommand } from '../commands/escrow/commands.js';
import { escrow } from '../commands/escrow/decide.js';
import { toMicros } from '../kernel/money.js';
import { CommandHandler } from '../runtime/command-handler.js';
import { holdForUndoing } from './undo-hold.js';

const AT = '2026-01-02T03:04:05.678Z';
const EXPIRES = '2027-01-01T00:00:00.000Z';
const hold = { userId: 'user_01', childId: 'wf_02', runNo: 2, attempt: 1, former: 'hold_child' };

describe('what is held for undoing a workflow that is a step', () => {
  let dispatch: CommandHandler;
  let said = 0;
  const book = (command: EscrowCommand) =>
    dispatch.send(escrow, 'user_01', command, {
      commandId: `c${++said}`,
      correlationId: 'wf_01',
      actor: { type: 'system', id: 'test' },
    });
  const holdOf = async (holdId: string) => {
    const { state } = await dispatch.load(escrow, 'user_01');
    return state.status === 'open' ? state.holds.get(holdId) : undefined;
  };
  const ask = (of: Partial<typeof hold> = {}) =>
    holdForUndoing(
      { dispatch, clock: { now: () => Date.parse(AT) } },
      { ...hold, ...of },
      toMicros(5_000n),
      'hold_parent',
    );

  beforeEach(async () => {
    dispatch = new CommandHandler(new MemoryEventStore(), { now: () => Date.parse(AT) });
    const [signature, amount] = ['S1', toMicros(20_000n)];
    const until = { at: AT, expiresAt: EXPIRES };
    const account = { userId: 'user_01', wallet: 'W', network: 'n', asset: 'USDC', at: AT };
    await book({ type: 'OpenEscrowAccount', ...account });
    await book({ type: 'SubmitDeposit', signature, amount, ...until });
    await book({ type: 'ConfirmDeposit', signature, amount, slot: 1n });
    await book({ type: 'PlaceHold', holdId: 'hold_parent', amount, purpose: 'wf_01', ...until });
    const part = { from: 'hold_parent', amount: toMicros(18_000n), purpose: 'wf_02' };
    await book({ type: 'SplitHold', holdId: 'hold_child', ...part, ...until });
  });

  it('waits for what the workflow gives back: something of it may still be paid', async () => {
    await expect(ask()).rejects.toMatchObject({
      code: 'HOLD_RETURNING',
      kind: 'retryable',
      figures: { holdId: 'hold_parent', remaining: '2000', amount: '5000' },
    });
    await book({ type: 'ReleaseHold', holdId: 'hold_child' });
    expect(await holdOf(await ask())).toMatchObject({ status: 'open', amount: 5_000n, from: 'hold_parent' });
  });

  it('is refused where nothing is to come back', async () => {
    await expect(ask({ former: 'hold_other' })).rejects.toMatchObject({
      code: 'HOLD_EXCEEDED',
      kind: 'terminal',
    });
  });
});
