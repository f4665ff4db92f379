/**
 * A user's prepaid balance, in micro-USDC of one asset, and what is reserved of it.
 *
 * - available = confirmed deposits + refunds − captured − what open holds have left − withdrawn or being withdrawn.
 *   It is never negative.
 * - A deposit counts once, and only with the amount it was submitted with.
 * - A hold reserves at most what is available. It is captured in parts, each payment once, never beyond the hold.
 * - A hold is extended as long as its run goes on, also after it expired; never shortened, never after its release.
 * - A hold may be split: the new one holds part of what the old one has left, and gives back what it does not spend.
 * - A hold is closed by release or by expiry; its remainder is then available again. A payment that settled on the
 *   chain after that is captured late: within what the hold once covered, out of what is available.
 * - While it is frozen nothing more is reserved; what is on its way, in or out, is booked as ever.
 *
 * Who owns the account, and whether a transfer stands on the chain, is settled before a command comes here. That
 * one signature counts for one account only is the rule of commands/deposit.
 */
import type { EscrowEvent } from '../../events/escrow.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import { captureHold, creditRefund } from './captures.js';
import type { EscrowCommand, OpenEscrowAccount } from './commands.js';
import { confirmDeposit, rejectDeposit, submitDeposit } from './deposits.js';
import { freezeAccount, unfreezeAccount } from './freezing.js';
import { expireHold, extendHold, placeHold, reduceHold, releaseHold, renewHold, splitHold } from './holds.js';
import { type EscrowState, evolveEscrow, unopened } from './state.js';
import { isWithdrawalCommand } from './withdrawal-commands.js';
import { decideWithdrawal } from './withdrawals.js';

type Decision = readonly EscrowEvent[];
const NOTHING: Decision = [];

function decide(command: EscrowCommand, state: EscrowState): Decision {
  if (command.type === 'OpenEscrowAccount') return open(command, state);
  if (state.status === 'unopened')
    throw new Refusal('ESCROW_NOT_OPEN', 'There is no escrow account yet. Create one first.');
  if (isWithdrawalCommand(command)) return decideWithdrawal(command, state);
  switch (command.type) {
    case 'SubmitDeposit':
      return submitDeposit(command, state);
    case 'ConfirmDeposit':
      return confirmDeposit(command, state);
    case 'RejectDeposit':
      return rejectDeposit(command, state);
    case 'PlaceHold':
      return placeHold(command, state);
    case 'ExtendHold':
      return extendHold(command, state);
    case 'RenewHold':
      return renewHold(command, state);
    case 'SplitHold':
      return splitHold(command, state);
    case 'CaptureHold':
      return captureHold(command, state);
    case 'ReduceHold':
      return reduceHold(command, state);
    case 'ReleaseHold':
      return releaseHold(command, state);
    case 'ExpireHold':
      return expireHold(command, state);
    case 'CreditRefund':
      return creditRefund(command, state);
    case 'FreezeAccount':
      return freezeAccount(command, state);
    case 'UnfreezeAccount':
      return unfreezeAccount(command, state);
    default:
      return unreachable(command);
  }
}

function open(command: OpenEscrowAccount, state: EscrowState): Decision {
  const { userId, wallet, network, asset, at } = command;
  if (state.status === 'unopened')
    return [{ type: 'EscrowAccountOpened', v: 1, userId, wallet, network, asset, openedAt: at }];
  if (state.wallet === wallet && state.network === network && state.asset === asset) return NOTHING;
  throw new Refusal(
    'ESCROW_ALREADY_OPEN',
    'The escrow account is open for another wallet or asset already.',
    {
      wallet: state.wallet,
      network: state.network,
      asset: state.asset,
    },
  );
}

export const escrowDecider: Decider<EscrowState, EscrowCommand, EscrowEvent> = {
  initial: unopened,
  decide,
  evolve: evolveEscrow,
};

export const escrow = { category: 'escrow', decider: escrowDecider } as const satisfies Aggregate<
  EscrowState,
  EscrowCommand,
  EscrowEvent
>;
