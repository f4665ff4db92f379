import type { EscrowEvent } from '../../events/escrow.js';
import { Refusal } from '../../kernel/errors.js';
import type { FreezeAccount, UnfreezeAccount } from './commands.js';
import type { Frozen, OpenEscrow } from './state.js';

export function freezeAccount({ reason, at }: FreezeAccount, { frozen }: OpenEscrow): readonly EscrowEvent[] {
  if (!frozen) return [{ type: 'EscrowFrozen', v: 1, reason, frozenAt: at }];
  if (frozen.reason === reason) return [];
  throw new Refusal(
    'ESCROW_ALREADY_FROZEN',
    `${frozenWhy(frozen)} Unfreeze it first to give another reason.`,
    figuresOf(frozen, 'unfreeze'),
  );
}

export const unfreezeAccount = (
  { reason, at }: UnfreezeAccount,
  { frozen }: OpenEscrow,
): readonly EscrowEvent[] => (!frozen ? [] : [{ type: 'EscrowUnfrozen', v: 1, reason, unfrozenAt: at }]);

/** @throws Refusal ESCROW_FROZEN {reason, since} for whatever would reserve more of the account, or take from it */
export function assertNotFrozen({ frozen }: Pick<OpenEscrow, 'frozen'>): void {
  if (!frozen) return;
  throw new Refusal(
    'ESCROW_FROZEN',
    `${frozenWhy(frozen)} Deposits are still credited, and what was signed finishes.`,
    figuresOf(frozen, 'deposit'),
  );
}

/** A sentence; operators end their reasons with a full stop or without. */
export const frozenWhy = ({ reason, at }: Frozen): string =>
  `The escrow account is frozen since ${at}: ${reason.replace(/[\s.]+$/, '')}.`;

const figuresOf = ({ reason, at }: Frozen, allowed: string) => ({
  status: 'frozen',
  reason,
  since: at,
  allowed,
});
