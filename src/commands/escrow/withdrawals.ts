/**
 * Money that leaves an account for a wallet of its owner.
 *
 * - What is asked for is out of `available` at once, and comes back only when the chain is known not to have moved it.
 * - Signed bytes are on record before they are sent. As long as they may land there are no others, and no failure.
 * - A frozen account asks for nothing and signs nothing; what was signed finishes.
 * - Which bytes can land no more is the chain's word: a worker brings it with the height that shows it.
 */
import type { WithdrawalEvent } from '../../events/withdrawal.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import { formatUsdc } from '../../kernel/money.js';
import { assertAmount } from './amounts.js';
import { assertNotFrozen } from './freezing.js';
import { availableOf, type OpenEscrow } from './state.js';
import type {
  ConfirmWithdrawal,
  EndWithdrawalAttempt,
  FailWithdrawal,
  PrepareWithdrawal,
  RequestWithdrawal,
  WithdrawalCommand,
} from './withdrawal-commands.js';
import type { Withdrawal } from './withdrawal-state.js';

type Decision = readonly WithdrawalEvent[];
const NOTHING: Decision = [];

export function decideWithdrawal(command: WithdrawalCommand, account: OpenEscrow): Decision {
  if (command.type === 'RequestWithdrawal') return request(command, account);
  const withdrawal = account.withdrawals.byId.get(command.withdrawalId);
  if (!withdrawal) throw new Refusal('NOT_FOUND', 'There is no such withdrawal.');
  switch (command.type) {
    case 'PrepareWithdrawal':
      return prepare(command, withdrawal, account);
    case 'EndWithdrawalAttempt':
      return endAttempt(command, withdrawal);
    case 'ConfirmWithdrawal':
      return confirm(command, withdrawal);
    case 'FailWithdrawal':
      return fail(command, withdrawal);
    default:
      return unreachable(command);
  }
}

function request(
  { withdrawalId, amount, destination, at }: RequestWithdrawal,
  account: OpenEscrow,
): Decision {
  const known = account.withdrawals.byId.get(withdrawalId);
  if (known) {
    if (known.amount === amount && known.destination === destination) return NOTHING;
    throw new Refusal('WITHDRAWAL_DIFFERS', 'This withdrawal was requested with other figures.', {
      withdrawalId,
      amount: String(known.amount),
      destination: known.destination,
    });
  }
  assertNotFrozen(account);
  assertAmount(amount);
  const available = availableOf(account);
  if (amount > available)
    throw new Refusal(
      'INSUFFICIENT_ESCROW',
      `This needs ${formatUsdc(amount)}, and ${formatUsdc(available)} are available.`,
      { available: String(available), required: String(amount) },
    );
  return [
    {
      type: 'WithdrawalRequested',
      v: 1,
      withdrawalId,
      amount: String(amount),
      destination,
      requestedAt: at,
    },
  ];
}

function prepare(command: PrepareWithdrawal, withdrawal: Withdrawal, account: OpenEscrow): Decision {
  const { withdrawalId, attempt, transfer, opensAccount } = command;
  if (withdrawal.status === 'prepared') {
    if (withdrawal.transfer.signature === transfer.signature) return NOTHING;
    throw new Refusal('WITHDRAWAL_UNDER_WAY', 'Signed bytes of this withdrawal may land still.', {
      withdrawalId,
      attempt: withdrawal.attempts,
      signature: withdrawal.transfer.signature,
    });
  }
  if (withdrawal.status !== 'requested') throw isOver(withdrawalId, withdrawal);
  requireAttempt(withdrawalId, attempt, withdrawal.attempts + 1);
  assertNotFrozen(account);
  const { transaction, signature, blockhash, lastValidBlockHeight, slot } = transfer;
  return [
    {
      type: 'WithdrawalPrepared',
      v: 1,
      withdrawalId,
      attempt,
      transaction,
      signature,
      blockhash,
      lastValidBlockHeight: String(lastValidBlockHeight),
      slot: String(slot),
      ...(opensAccount && { opensAccount }),
    },
  ];
}

function endAttempt(command: EndWithdrawalAttempt, withdrawal: Withdrawal): Decision {
  const { withdrawalId, attempt, because, height } = command;
  if (attempt < withdrawal.attempts) return NOTHING;
  if (withdrawal.status === 'requested' && attempt === withdrawal.attempts) return NOTHING;
  if (withdrawal.status === 'failed') return NOTHING;
  if (withdrawal.status !== 'prepared') throw isOver(withdrawalId, withdrawal);
  requireAttempt(withdrawalId, attempt, withdrawal.attempts);
  const { signature, lastValidBlockHeight } = withdrawal.transfer;
  if (because === 'expired' && height <= lastValidBlockHeight)
    throw new Refusal('WITHDRAWAL_UNDER_WAY', 'These bytes may land still.', {
      withdrawalId,
      lastValidBlockHeight: String(lastValidBlockHeight),
      height: String(height),
    });
  return [
    {
      type: 'WithdrawalAttemptEnded',
      v: 1,
      withdrawalId,
      attempt,
      signature,
      because,
      height: String(height),
    },
  ];
}

function confirm({ withdrawalId, attempt, slot }: ConfirmWithdrawal, withdrawal: Withdrawal): Decision {
  if (withdrawal.status === 'confirmed' && withdrawal.attempts === attempt) return NOTHING;
  if (withdrawal.status !== 'prepared') throw isOver(withdrawalId, withdrawal);
  requireAttempt(withdrawalId, attempt, withdrawal.attempts);
  const { amount, destination, transfer } = withdrawal;
  return [
    {
      type: 'WithdrawalConfirmed',
      v: 1,
      withdrawalId,
      attempt,
      signature: transfer.signature,
      slot: String(slot),
      amount: String(amount),
      destination,
    },
  ];
}

function fail({ withdrawalId, code, message }: FailWithdrawal, withdrawal: Withdrawal): Decision {
  if (withdrawal.status === 'failed') return NOTHING;
  if (withdrawal.status === 'prepared')
    throw new Refusal('WITHDRAWAL_UNDER_WAY', 'Signed bytes of this withdrawal may land still.', {
      withdrawalId,
      attempt: withdrawal.attempts,
      signature: withdrawal.transfer.signature,
    });
  if (withdrawal.status !== 'requested') throw isOver(withdrawalId, withdrawal);
  return [{ type: 'WithdrawalFailed', v: 1, withdrawalId, amount: String(withdrawal.amount), code, message }];
}

const isOver = (withdrawalId: string, { status }: Withdrawal): Refusal =>
  new Refusal('WRONG_STATE', `This withdrawal is ${status}.`, { withdrawalId, status });

function requireAttempt(withdrawalId: string, attempt: number, current: number): void {
  if (attempt !== current)
    throw new Refusal('WRONG_ATTEMPT', `This is not attempt ${attempt} of the withdrawal.`, {
      withdrawalId,
      attempt,
      current,
    });
}
