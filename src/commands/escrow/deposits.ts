/** Money that comes in: a deposit counts once, and only with the amount it was submitted with. */
import type { EscrowEvent } from '../../events/escrow.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import { assertAmount } from './amounts.js';
import type { ConfirmDeposit, RejectDeposit, SubmitDeposit } from './commands.js';
import type { Deposit, OpenEscrow } from './state.js';

type Decision = readonly EscrowEvent[];
const NOTHING: Decision = [];

export function submitDeposit(command: SubmitDeposit, account: OpenEscrow): Decision {
  const { signature, amount, at, expiresAt } = command;
  const known = account.deposits.get(signature);
  if (known && known.status !== 'rejected') {
    if (known.amount === amount) return NOTHING;
    throw new Refusal('SIGNATURE_USED', 'This transaction was submitted as a deposit of another amount.', {
      signature,
      submitted: String(known.amount),
      amount: String(amount),
    });
  }
  assertAmount(amount);
  // A rejected deposit may be submitted again: a wrong amount was typed, or the chain was late.
  return [{ type: 'DepositSubmitted', v: 1, signature, amount: String(amount), submittedAt: at, expiresAt }];
}

export function confirmDeposit(command: ConfirmDeposit, account: OpenEscrow): Decision {
  const { signature, amount, slot } = command;
  const deposit = depositOf(account, signature);
  if (deposit.amount !== amount)
    throw new Refusal('DEPOSIT_WRONG_AMOUNT', 'The transfer moved another amount than was submitted.', {
      signature,
      submitted: String(deposit.amount),
      transferred: String(amount),
    });
  switch (deposit.status) {
    case 'submitted':
      return [{ type: 'DepositConfirmed', v: 1, signature, amount: String(amount), slot: String(slot) }];
    case 'confirmed':
      return NOTHING;
    case 'rejected':
      throw new Refusal('DEPOSIT_REJECTED', 'This deposit was rejected. Submit it again.', { signature });
    default:
      return unreachable(deposit.status);
  }
}

export function rejectDeposit(command: RejectDeposit, account: OpenEscrow): Decision {
  const { signature, code, message } = command;
  const deposit = depositOf(account, signature);
  switch (deposit.status) {
    case 'submitted':
      return [{ type: 'DepositRejected', v: 1, signature, code, message }];
    case 'rejected':
      return NOTHING;
    case 'confirmed':
      throw new Refusal('DEPOSIT_CONFIRMED', 'This deposit is confirmed and counts.', { signature });
    default:
      return unreachable(deposit.status);
  }
}

function depositOf(account: OpenEscrow, signature: string): Deposit {
  const deposit = account.deposits.get(signature);
  if (!deposit) throw new Refusal('DEPOSIT_UNKNOWN', 'No such deposit was submitted.', { signature });
  return deposit;
}
